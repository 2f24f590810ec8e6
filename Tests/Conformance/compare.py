#!/usr/bin/env python3
"""Compares the results of a run (runner.py --json) with differences.txt, the list of cases known to fail.

Usage: compare.py RESULTS DIFFERENCES COUNTS. Fails for a case that fails and is not listed, and for a listed one that
passes, so that the list stays true. Writes "GOOD BAD" to COUNTS; a listed failure counts as neither.
"""
import json
import sys


def listed(path):
    """The names and reasons: a line AREA/NAME, then indented lines that say why."""
    reasons, name = {}, None
    with open(path) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            if line[0] != " ":
                name = line.rstrip("\n")
                if name in reasons:
                    raise SystemExit("%s:%d: %s is listed twice" % (path, number, name))
                reasons[name] = ""
            elif name is None:
                raise SystemExit("%s:%d: a reason without a case" % (path, number))
            else:
                reasons[name] += line.strip() + " "
    for name, reason in reasons.items():
        if not reason:
            raise SystemExit("%s: %s has no reason" % (path, name))
    return reasons


def main():
    results_path, differences_path, counts_path = sys.argv[1:]
    with open(results_path) as stream:
        results = {r["area"] + "/" + r["name"]: r for r in json.load(stream)}
    reasons = listed(differences_path)
    good = bad = known = 0
    for name, result in results.items():
        if result["state"] == "skip":
            continue
        if result["state"] == "pass" and name in reasons:
            print("not ok %s passes: take it off %s" % (name, differences_path))
            bad += 1
        elif result["state"] == "pass":
            good += 1
        elif name in reasons:
            known += 1
        else:
            print("not ok %s -- %s" % (name, result["why"]))
            bad += 1
    for name in reasons.keys() - results.keys():
        print("not ok %s: there is no such case (%s)" % (name, differences_path))
        bad += 1
    print("# conformance: %d good, %d bad, %d known differences" % (good, bad, known))
    with open(counts_path, "w") as stream:
        stream.write("%d %d\n" % (good, bad))
    return 1 if bad or not good else 0


if __name__ == "__main__":
    sys.exit(main())
