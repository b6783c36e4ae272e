#!/bin/sh
# make_venv.sh PYTHON FOLDER: make the virtual environment, or say in one sentence why not.
set -eu
python=$1
folder=$2

if [ -x "$folder/bin/python" ] && "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0 # there is a whole one, perhaps made by hand
fi
if ! command -v "$python" >/dev/null; then
    echo "There is no $python on this machine: install Python 3.11 or later, or name another: make run PYTHON=python3.12" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Python 3.11 or later is needed, and $python is $("$python" -V 2>&1): name another: make run PYTHON=python3.12" >&2
    exit 1
fi
if ! "$python" -m venv --clear "$folder"; then
    rm -rf "$folder"
    echo "$python could not make $folder: on Debian and Ubuntu run: sudo apt install python3-venv" >&2
    exit 1
fi
