#!/bin/sh
# Install Debian packages, where apt is and we are root: apt_install.sh PACKAGE...
# An outdated list of packages is no reason to give up: they may be there all the same.
set -u
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
    echo "Only root can install $*, and only where apt is." >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update
exec apt-get -o DPkg::Lock::Timeout=120 install --yes --no-install-recommends "$@"
