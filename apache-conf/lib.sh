# Shared by apache-conf/quickstart and tests/run: what they need of the machine, and how they build. To be sourced by bash.

say() { printf '==> %s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }
is_root() { [ "$(id -u)" = 0 ]; }

# The commands lie in sbin folders too, which are not on everybody's PATH.
PATH=$PATH:/usr/sbin:/sbin

has_command() { command -v "$1" >/dev/null 2>&1; }
has_library() { has_command pkg-config && pkg-config --exists "$1"; }
has_httpd_headers() { [ -e /usr/include/apache2/httpd.h ] || [ -e /usr/include/httpd/httpd.h ]; }
has_module() { [ -e "/usr/lib/apache2/modules/mod_$1.so" ]; }
has_jdk() { has_command javac && [ "$(javac -version 2>&1 | sed 's/^javac \([0-9]*\).*/\1/')" -ge 17 ]; }
has_later_jdk() { grep -qsE '^JAVA_VERSION="(2[5-9]|[3-9][0-9])' /usr/lib/jvm/*/release; }
has_fuzzer() {
    has_command clang &&
        echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return n && *d ? 0 : 0; }' |
        clang -fsanitize=fuzzer,address -x c - -o /dev/null 2>/dev/null
}

# Prints the Debian packages of which something is missing, one per line. The arguments are the needs to look at.
missing_packages() {
    local need
    for need in "$@"; do
        case $need in
        httpd) has_command apache2 || echo apache2-bin ;;
        httpd-dev) has_httpd_headers || echo apache2-dev ;;
        compiler) { has_command cc && has_command make; } || printf '%s\n' gcc libc6-dev make ;;
        cmake) has_command cmake || echo cmake ;;
        pkg-config) has_command pkg-config || echo pkg-config ;;
        apr) has_library apr-1 || echo libapr1-dev ;;
        check) has_library check || echo check ;;
        jdk) has_jdk || echo default-jdk-headless ;;
        # a second one for the tests: 25, where this Debian has it (13 has, 12 has not)
        later-jdk) has_later_jdk || apt-cache pkgnames openjdk-25-jdk-headless 2>/dev/null || true ;;
        maven) has_command mvn || echo maven ;;
        h2load) has_command h2load || echo nghttp2-client ;;
        # modules that the tests load into their own httpds, beside mod_jvm
        mod-wsgi) has_module wsgi || echo libapache2-mod-wsgi-py3 ;;
        mod-fcgid) has_module fcgid || echo libapache2-mod-fcgid ;;
        fuzzer) has_fuzzer || printf '%s\n' clang "$(fuzzer_library)" ;;
        *) has_command "$need" || echo "$need" ;;
        esac
    done
}

# The package of clang's run-time libraries bears the version of the clang that Debian calls the default.
fuzzer_library() {
    local version
    version=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -n 1)
    echo "libclang-rt-${version:-14}-dev"
}

# require NEEDS...: installs what is missing as root; otherwise says what is missing, and stops.
# Prefixed with "optional", it says so and goes on.
require() {
    local optional=0 packages
    if [ "$1" = optional ]; then
        optional=1
        shift
    fi
    packages=$(missing_packages "$@" | sort -u | tr '\n' ' ')
    packages=${packages% }
    [ -n "$packages" ] || return 0
    if is_root && has_command apt-get; then
        say "installing: $packages"
        apt-get -qq update
        # shellcheck disable=SC2046,SC2086
        DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $(missing_packages "$@" | sort -u) >/dev/null ||
            [ $optional = 1 ] || die "could not install: $packages"
    elif [ $optional = 1 ]; then
        say "missing, going on without: $packages"
    else
        die "missing: $packages
As root: apt-get install $packages"
    fi
}

BUILD_NEEDS="httpd httpd-dev compiler cmake pkg-config apr jdk maven"

# Maven runs for seconds, so compiling with C2 does not pay.
export MAVEN_OPTS="${MAVEN_OPTS--XX:TieredStopAtLevel=1 -XX:+UseSerialGC}"

# build_and_install BUILD_FOLDER PREFIX [CMAKE_OPTIONS...], from the top of the tree
build_and_install() {
    local build=$1 prefix=$2
    shift 2
    cmake -S . -B "$build" -DCMAKE_INSTALL_PREFIX="$prefix" "$@"
    cmake --build "$build" --parallel "$(nproc)"
    cmake --install "$build"
}

# Fails, naming the folder, if other users cannot pass through one of the folders above a path. Only root has pools of other users.
check_reachable() {
    local folder=$1 mode
    is_root || return 0
    while [ "$folder" != / ]; do
        mode=$(stat -c %a "$folder")
        [ $((0$mode & 1)) = 1 ] || die "$1 cannot be reached by the pools' users: $folder has mode $mode"
        folder=$(dirname "$folder")
    done
}

# The processes whose program lies below a folder, and the httpds whose configuration does.
processes_below() {
    local folder=$1 entry
    for entry in /proc/[0-9]*; do
        case $(readlink "$entry/exe" 2>/dev/null || true) in
        "$folder"/*) echo "${entry#/proc/}" ;;
        */apache2 | */httpd)
            if { tr '\0' '\n' <"$entry/cmdline"; } 2>/dev/null | grep -qF -- "$folder/"; then
                echo "${entry#/proc/}"
            fi
            ;;
        esac
    done
}

# Ends those: asks first, insists after five seconds.
end_processes_below() {
    local pids tries=0
    pids=$(processes_below "$1")
    [ -n "$pids" ] || return 0
    # shellcheck disable=SC2086
    kill -TERM $pids 2>/dev/null || true
    while [ -n "$(processes_below "$1")" ] && [ $tries -lt 50 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    pids=$(processes_below "$1")
    # shellcheck disable=SC2086
    [ -z "$pids" ] || kill -KILL $pids 2>/dev/null || true
}
