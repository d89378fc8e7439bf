#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# contrib/sample/page.html in headless Chromium, through contrib/nginx: the browser chooses the size that
# its screen needs, and gets what the names say; at the first visit the originals. $LENSFS_SHOW names
# a folder for screenshots.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../serving.sh"
need nginx
for CHROMIUM in chromium chromium-headless-shell ''; do
	! command -v "$CHROMIUM" >/dev/null || break
done
[[ -n $CHROMIUM ]] || skip 'no Chromium here'

cp "$CONTRIB"/sample/*.{jpg,png,html} "$SRC/"
chmod -R a+rX "$SRC"
# The page tells what it shows: the file, its own size, and how large it is to the page.
cat >>"$SRC/page.html" <<'END'
<pre id="told"></pre>
<script>
	addEventListener("load", async () => {
		let told = "";
		for (const image of document.images) {
			const file = image.currentSrc.replace(/.*\//, "");
			const pixels = new Image();
			await new Promise(done => { pixels.onload = done; pixels.src = image.currentSrc; });
			const {contentType} = performance.getEntriesByName(image.currentSrc)[0];
			told += `${image.id} ${file} ${contentType} ${pixels.naturalWidth}x${pixels.naturalHeight}` +
				` ${image.naturalWidth}x${image.naturalHeight} ${image.complete}\n`;
		}
		document.getElementById("told").textContent = told + "end\n";
	});
</script>
END

browse() { # SCALE OPTION…: with nothing cached, for the originals may be for ten seconds
	HOME=$T timeout 60 "$CHROMIUM" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
		--no-first-run --disable-background-networking --disable-extensions \
		--user-data-dir="$(mktemp -d "$T/profile.XXXXXX")" --disk-cache-size=1 --hide-scrollbars \
		--window-size=800,1400 --force-device-scale-factor="$1" --virtual-time-budget=20000 "${@:2}" \
		"http://127.0.0.1:$PORT/page.html" 2>>"$T/chromium.log"
}
# The lines of the page, one for each picture.
told() { browse "$1" --dump-dom | sed -n '/<pre id="told">/,/^end/{s/.*<pre id="told">//; /^end/d; p}'; }

nginx_conf
start miss=enoent "${OPEN[@]}"
serve_begin nginx -p "$T" -c "$T/nginx.conf" -e "$T/error.log"

# Nothing is made yet: what is shown are the originals, and nothing is broken.
told 1 >"$T/first"
is "$(grep -c 'true$' "$T/first")" 4 'pictures at the first visit'
has "$(<"$T/first")" 'picture mountains.jpg@w720-avif.avif image/jpeg 1600x1067'

all_made() { [[ $(stat_of running) == 0 && $(stat_of queue) == 0 ]]; }
await 60 all_made
is "$(told 1)" 'picture mountains.jpg@w720-avif.avif image/avif 720x480 720x480 true
square mountains.jpg@w160-h160-cover-smart.jpg image/jpeg 160x160 160x160 true
plain mountains.jpg image/avif 1600x1067 1600x1067 true
badge badge.png@auto-w240 image/avif 240x240 240x240 true' 'what is shown at one pixel per pixel'

becomes image/avif /mountains.jpg@w1440-avif.avif
becomes image/jpeg /mountains.jpg@w160-h160-x2-cover-smart.jpg
is "$(told 2)" 'picture mountains.jpg@w1440-avif.avif image/avif 1440x960 720x480 true
square mountains.jpg@w160-h160-x2-cover-smart.jpg image/jpeg 320x320 160x160 true
plain mountains.jpg image/avif 1600x1067 1600x1067 true
badge badge.png@auto-w240 image/avif 240x240 240x240 true' 'what is shown at two pixels per pixel'

[[ -z ${LENSFS_SHOW:-} ]] || for scale in 1 2; do browse "$scale" --screenshot="$LENSFS_SHOW/page-$scale.png"; done
is "$(stat_of encode_failures)" 0 'failed encodes'
serve_end
