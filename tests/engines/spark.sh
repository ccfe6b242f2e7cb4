#!/bin/sh
# Run the tests that need Spark with each version of it, in an environment of its own: sh tests/engines/spark.sh [version …]
# Java comes from Debian where there is none. PySpark 3.5 leaves sockets to the garbage collection, which says so.
set -eu
PYTHON=${PYTHON:-python3}

if ! command -v java >/dev/null; then
    apt-get update -q && apt-get install -q -y --no-install-recommends default-jre-headless
fi
for version in ${*:-3.5 4.3}; do
    home=.venv-spark-$version
    if [ ! -e "$home/.ready" ]; then
        "$PYTHON" -m venv "$home"
        "$home/bin/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,phone]'
        "$home/bin/python" -m pip install --quiet --disable-pip-version-check "pyspark~=$version.0"
        touch "$home/.ready"
    fi
    echo "PySpark $version"
    "$home/bin/python" -m pytest -q -p no:xdist -m spark -W "ignore:unclosed:ResourceWarning" tests/engines
done
