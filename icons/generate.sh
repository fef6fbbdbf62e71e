#!/bin/bash
# Draws the icon set from source.svg and tray-*.svg; tray-count.svg is the triangle with a number in it. Needs rsvg-convert (librsvg2-bin), icotool (icoutils) and png2icns (icnsutils).
set -euo pipefail
cd "$(dirname "$0")"
drawn=$(mktemp -d)
trap 'rm -rf "$drawn"' EXIT

draw() { rsvg-convert --width "$2" --height "$2" --output "$3" "$1"; }

draw source.svg 32 32x32.png
draw source.svg 128 128x128.png
draw source.svg 256 128x128@2x.png
draw source.svg 512 icon.png
for size in 16 24 32 48 64 128 256; do draw source.svg "$size" "$drawn/$size.png"; done
icotool --create --output icon.ico "$drawn"/{16,24,32,48,64}.png --raw="$drawn"/128.png --raw="$drawn"/256.png
png2icns icon.icns "$drawn"/{16,32,48,128,256}.png icon.png > /dev/null
for shape in ok soon attention locked; do draw "tray-$shape.svg" 64 "tray-$shape.png"; done
for count in 2 3 4 5 6 7 8 9 9+; do
	[ "$count" = 9+ ] && size=25 || size=34
	sed "s/COUNT/$count/; s/SIZE/$size/" tray-count.svg > "$drawn/count.svg"
	draw "$drawn/count.svg" 64 "tray-attention-${count/+/-more}.png"
done
