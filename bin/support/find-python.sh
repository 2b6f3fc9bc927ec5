# Sourced by bin/run and bin/test: goes to the checkout and finds a Python that will do.
#
# $PYTHON decides when it is set; else the one that .venv was made with; else the newest name
# that runs and is new enough (a name on the PATH may be a shim that runs nothing).
cd "$(dirname "$(readlink -f "$0")")/.." || exit 1

is_new_enough() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

python=
for candidate in ${PYTHON:+"$PYTHON"} .venv/bin/python python3 python3.13 python3.12 python3.11; do
  if is_new_enough "$candidate"; then
    python=$candidate
    break
  elif [ -n "${PYTHON:-}" ]; then
    echo "$(basename "$0"): PYTHON=$PYTHON is not a Python 3.11 or newer that runs" >&2
    exit 1
  fi
done
if [ -z "$python" ]; then
  echo "$(basename "$0"): Python 3.11 or newer is needed (found: $(python3 --version 2>&1 | tail -1))" >&2
  exit 1
fi
# Without an open stdin a file or a socket would take its number, and code that asks it would fall.
[ -e /dev/fd/0 ] || exec </dev/null
