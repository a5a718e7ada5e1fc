#!/bin/sh
# Makes the image: the JDK in JAVA_HOME, linked with the modules in MODULES, the launcher, and an AOT cache from a training
# run (docs/decisions/0051, 0052). Called by Maven.
#   image.sh MODULES IMAGE
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
modules=$1
image=$2
building=$image.building

# What ServiceLoader finds must be named: jlink only follows `requires`.
roots=sluice.server,sluice.body,sluice.sse,sluice.sched,sluice.state,sluice.upstream,sluice.http2,sluice.wspool,sluice.ledger,sluice.baseline,sluice.simulator,sluice.gauge

rm -rf "$building"
echo "image: linking $roots"
"$JAVA_HOME/bin/jlink" --module-path "$modules" --add-modules "$roots" --output "$building" \
    --compress zip-9 --strip-debug --no-header-files --no-man-pages --exclude-resources '**/libzstd-jni*,/org.xerial.sqlitejdbc/org/sqlite/native/**'
# Java's own archives of classes: the AOT cache replaces them.
rm -f "$building"/lib/server/classes*.jsa
# The native libraries beside Java's own, or each start would unpack them into a folder that must be writable.
mkdir "$building/unpacked"
(cd "$building/unpacked" && "$JAVA_HOME/bin/jar" --extract --file "$(ls "$modules"/zstd-jni-*.jar)")
find "$building/unpacked" -name 'libzstd-jni*' -type f -exec cp {} "$building/lib/libzstd-jni" \;
case $(uname -s)-$(uname -m) in
    Linux-x86_64 | Linux-amd64) platform=Linux/x86_64 ;;
    Linux-aarch64 | Linux-arm64) platform=Linux/aarch64 ;;
    Darwin-arm64) platform=Mac/aarch64 ;;
    Darwin-x86_64) platform=Mac/x86_64 ;;
    *) platform= ;;
esac
[ "${platform%%/*}" != Linux ] || [ ! -e "/lib/ld-musl-${platform#*/}.so.1" ] || platform=Linux-Musl/${platform#*/}
if [ -n "$platform" ]; then
    (cd "$building/unpacked" && "$JAVA_HOME/bin/jar" --extract --file "$(ls "$modules"/sqlite-jdbc-*.jar)" "org/sqlite/native/$platform")
    cp "$building/unpacked/org/sqlite/native/$platform/"*sqlitejdbc.* "$building/lib/libsqlitejdbc"
else
    echo "image: no SQLite for $(uname -s) on $(uname -m); modules.usage: sqlite will not work"
fi
rm -r "$building/unpacked"
mkdir "$building/plugins"
cp "$here/launcher/sluice" "$building/bin/sluice"
chmod 755 "$building/bin/sluice"

# Maven copies them again each time, so that no module stays that is no longer wanted.
rm -rf "$modules"

rm -rf "$image"
mv "$building" "$image"
echo "image: training the AOT cache by requests through the image itself"
"$JAVA_HOME/bin/java" "$here/train/TrainImage.java" "$image" "$image/lib/sluice.aot"

# The image is as new as the sources that its build began with.
if [ -e "$image.begun" ]; then
    mv "$image.begun" "$image/lib/stamp"
else
    touch "$image/lib/stamp"
fi
echo "image: $image, $(du -sk "$image" | cut -f1) KiB, of them $(du -sk "$image/lib/sluice.aot" | cut -f1) KiB AOT cache"
