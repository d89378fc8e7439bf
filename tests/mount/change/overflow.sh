#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# More changes than the kernel queues while the daemon stands still: afterwards everything is
# looked up anew, names known as missing and moved folders too, and all agrees with the source.
. "$(dirname "$0")/../lib.sh"
need_root

limit=/proc/sys/fs/inotify/max_queued_events
at_end "echo $(<$limit) >$limit"
mkdir -p "$SRC/a/deep" "$SRC/moved/sub" "$SRC/gone"
for i in 1 2 3 4; do
	for folder in . a a/deep moved moved/sub gone; do
		fake "$SRC/$folder/$i.jpg" "output=${i}000"
	done
done
# A queue takes its length when it is made, and the limit is everybody's: only for that moment.
was=$(<$limit)
echo 16 >"$limit"
start_fake
echo "$was" >"$limit"

# Fills the kernel with what is there, and with what is not.
listed() { (cd "$1" && find . -printf '%p %s %T@ %m %n\n' | sort); }
listed "$MNT" >/dev/null
views() { for p in "$1"/{.,a,a/deep,moved,moved/sub,gone}/[1-4].jpg; do wc -c <"$p@webp"; done; }
views "$MNT" >/dev/null
cat "$MNT"/a/*.jpg "$MNT"/moved/sub/*.jpg >/dev/null
for name in 9.jpg a/9.jpg moved/9.jpg moved/sub/9.jpg; do
	tried ENOENT stat "$MNT/$name"
	tried ENOENT stat "$MNT/$name@webp"
done

kill -STOP "$DAEMON"
for i in {1..60}; do : >"$SRC/a/file.$i"; done
# None of these has an event of its own any more.
cp -p "$SRC/1.jpg" "$T/times"
printf 'X' | dd of="$SRC/a/1.jpg" bs=1 seek=4 conv=notrunc status=none
touch -r "$T/times" "$SRC/a/1.jpg"
fake "$SRC/9.jpg" output=9000
fake "$SRC/a/9.jpg" output=9000
mv "$SRC/moved" "$SRC/a/arrived"
fake "$SRC/a/arrived/9.jpg" output=9000
fake "$SRC/a/arrived/sub/9.jpg" output=9000
fake "$SRC/a/arrived/sub/1.jpg" output=1500
rm -r "$SRC/gone" "$SRC/a/deep/2.jpg"
mkdir "$SRC/gone"
fake "$SRC/gone/new.jpg" output=7000
chmod 600 "$SRC/2.jpg"
kill -CONT "$DAEMON"

overflowed() { (($(stat_of watch_overflows) > 0)); }
await 5 overflowed
# By name first: a listing would tell the kernel what is there.
view_is() { [[ $(wc -c <"$MNT/$1@webp") == "$2" ]]; }
for name in 9.jpg a/9.jpg a/arrived/9.jpg a/arrived/sub/9.jpg; do
	await 5 cmp -s "$SRC/$name" "$MNT/$name"
	await 5 view_is "$name" 9000
done
await 5 cmp -s "$SRC/a/1.jpg" "$MNT/a/1.jpg"
agrees() { cmp -s <(listed "$MNT") <(listed "$SRC"); }
await 5 agrees
diff -r "$SRC" "$MNT"
is "$(wc -c <"$MNT/a/arrived/sub/1.jpg@webp")" 1500 'the view of a changed file'
tried ENOENT stat "$MNT/moved/1.jpg"
tried ENOENT stat "$MNT/moved/1.jpg@webp"
tried ENOENT stat "$MNT/gone/1.jpg@webp"
# And what comes now is told again.
overflows=$(stat_of watch_overflows)
fake "$SRC/a/arrived/sub/2.jpg" output=2500
renewed() { [[ $(wc -c <"$MNT/a/arrived/sub/2.jpg@webp") == 2500 ]]; }
await 5 renewed
is "$(stat_of watch_overflows)" "$overflows" 'overflows'
