#!/bin/sh
# Writes META-INF/services from the `provides` of a module, so that its jar works on the class path as on the module path.
#   services.sh MODULE   (a folder with src/main/java/module-info.java; anything else has no services)
set -eu
source=$1/src/main/java/module-info.java
services=$1/target/classes/META-INF/services
rm -rf "$services"
[ -f "$source" ] || exit 0
# Without comments, in one line, one statement a line; nested types by the names that class files have.
sed -e 's://.*$::' "$source" | tr '\n' ' ' | sed -e 's:/\*[^*]*\*\+\([^/*][^*]*\*\+\)*/::g' | tr ';{' '\n\n' |
    awk -v folder="$services" '
        function binary(name,    parts, count, i, out, inside) {
            count = split(name, parts, ".")
            if (parts[1] in imported) { return binary(imported[parts[1]] substr(name, length(parts[1]) + 1)) }
            for (i = 1; i <= count; i++) {
                out = out (i == 1 ? "" : inside ? "$" : ".") parts[i]
                if (parts[i] ~ /^[A-Z]/) { inside = 1 }
            }
            return out
        }
        $1 == "import" {
            last = $2
            sub(/.*\./, "", last)
            imported[last] = $2
        }
        $1 == "provides" {
            if (!made) { system("mkdir -p \"" folder "\""); made = 1 }
            file = folder "/" binary($2)
            for (i = 4; i <= NF; i++) {
                gsub(",", "", $i)
                if ($i != "") { print binary($i) > file }
            }
            close(file)
        }'
