#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Whatever real files and folders are called, and whatever views their names look like: each is
# itself in the mount, and nothing else has become of it. Names are made at random of tokens,
# extensions and `@`, beside pictures that such views would be of.
. "$(dirname "$0")/../lib.sh"

need python3
picture "$SRC/a.jpg" 64x48
picture "$SRC/b.png" 64x48
mkdir "$SRC/dir"
cp "$SRC/a.jpg" "$SRC/dir"
tokens | cut -f1 >"$T/tokens"
python3 - "$SRC" "$T/tokens" <<'END'
import os, random, sys

source, tokens = sys.argv[1], open(sys.argv[2]).read().split()
numbers = {'q': '75', 'e': '4', 'w': '32', 'h': '24', 'x': '2', 'aq': '9', 'p': '2', 'blur': '3',
           'bg': '00ff00', 'max': '9k', 'crop': '0_0_9_9'}
dice = random.Random(7)

def view():
    words = dice.sample(tokens, dice.randint(1, 3))
    text = '-'.join(w + numbers.get(w, '') for w in words)
    return text + dice.choice(['', '', '.webp', '.jpg', '.jpeg', '.txt'])

made = 0
while made < 400:
    folder = dice.choice(['', '', 'dir/'])
    left = dice.choice(['a.jpg', 'b.png', 'dir', '', 'c.gif'])
    path = f'{source}/{folder}{left}@{view()}'
    if os.path.lexists(path):
        continue
    kind = dice.randrange(8)
    if kind == 0:
        os.mkdir(path)
        open(path + '/a.jpg', 'w').write('mine')
    elif kind == 1:
        os.symlink('a.jpg', path)
    else:
        open(path, 'w').write('real ' + path)
    made += 1
for name in ('a.jpg.webp', 'b.png.webp', 'dir/a.jpg.webp', 'dir/a.jpg.avif'):
    open(f'{source}/{name}', 'w').write('real ' + name)
END
start
diff -r --no-dereference "$SRC" "$MNT" || fail 'the mount shows something else'
is "$(find "$MNT" | wc -l)" "$(find "$SRC" | wc -l)" 'entries'
# And again, when every name has been asked for as a view once.
find "$SRC" -printf '%P\n' | while read -r name; do stat "$MNT/$name" >/dev/null; done
diff -r --no-dereference "$SRC" "$MNT" || fail 'the mount shows something else now'
is "$(stat_of encodes)" 0 encodes
