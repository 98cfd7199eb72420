#!/bin/sh
# Prepares a trial: a synthetic city, certificates of a small private authority, and the first policies, signed by two people
# whose keys lie here only because it is a trial. docs/how-to/put-into-service.md says what a city does instead.
set -eu
cd /var/lib/polku
polku() { node /opt/polku/dist/cli/main.js "$@"; }
[ -e city/prepared ] && exit 0
umask 077
polku city generate --persons 20000 --out city/exports
polku extract --all --source city/exports --data data --secrets secrets
polku tls issue gateway population health social education identity --out tls
for person in city-1 city-2; do
  polku policy key --person "$person" --out "city/$person.key" | grep "^  $person:" >> city/people
done
{
  echo 'people:'
  cat city/people
  echo 'owners:'
  for owner in population health social education paths directory cohorts risk linkage governance; do
    echo "  $owner: [city-1, city-2]"
  done
} > city/owners.yaml
polku policy propose --first --owners city/owners.yaml --key city/city-1.key --comment 'The first policies'
polku policy approve 1 --owners city/owners.yaml --key city/city-2.key
polku secrets public-key gateway.key --data data --secrets secrets > city/gateway.key.pub
touch city/prepared
