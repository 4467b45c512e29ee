"""`scripts/install`: makes a fresh Debian 12 or Raspberry Pi OS a market kiosk, and looks whether it still is one."""

import argparse
import json
import os
import sys
from pathlib import Path

from machine import InstallError, Machine, Options
from steps import ETC, HOME, STEPS, Step, options_of

OK, FAILED = 0, 1


def main(argv: list[str] | None = None) -> int:
    arguments = parser().parse_args(argv)
    machine = Machine(arguments.root.resolve(), chosen(arguments))
    if arguments.check:
        machine.options = options_of(machine)
        return check(machine, as_json=arguments.json)
    if machine.live and os.geteuid() != 0 and not arguments.dry_run:
        print("Run it as root: sudo scripts/install", file=sys.stderr)
        return FAILED
    try:
        if arguments.remove:
            return remove(machine, forget=arguments.forget)
        return install(machine, dry=arguments.dry_run)
    except InstallError as error:
        print(f"\n{error}", file=sys.stderr)
        return FAILED


def install(machine: Machine, *, dry: bool) -> int:
    for step in STEPS:
        needed = wrong(machine, step)
        if dry:
            print(f"{'would do' if needed else 'is done '}  {step.title}")
        elif needed:
            print(f"doing     {step.title} …", flush=True)
            step.do(machine)
        else:
            print(f"is done   {step.title}")
    if dry:
        return OK
    left = [sentence for step in STEPS for sentence in wrong(machine, step)]
    for sentence in left:
        print(f"!  {sentence}")
    if not left:
        print(f"\nThis is a kiosk. Its settings: {ETC}/site.toml.")
        print("Give it to a centre: sudo kiosk init --central URL --code CODE")
    return FAILED if left else OK


def check(machine: Machine, *, as_json: bool) -> int:
    found = {step.name: wrong(machine, step) for step in STEPS}
    well = not any(found.values())
    if as_json:
        print(json.dumps({"well": well, "systemd_runs": machine.running, "steps": found}))
        return OK if well else FAILED
    for step in STEPS:
        print(f"{'!' if found[step.name] else '✓'} {step.title}")
        for sentence in found[step.name]:
            print(f"    {sentence}")
    if not machine.running:
        print("– not looked at: what runs just now, because systemd does not run here")
    print("\nAll is as installed." if well else "\nSomething is not as installed.")
    return OK if well else FAILED


def remove(machine: Machine, *, forget: bool) -> int:
    for step in reversed(STEPS):
        print(f"undoing   {step.title}")
        step.undo(machine)
    if forget:
        for place in (HOME, ETC):
            machine.delete(place)
    for place in (f"{ETC}/firewall.d", ETC, "/usr/local/lib/market-kiosk", "/etc/systemd/system/kiosk.service.d"):
        folder = machine.path(place)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    if machine.path(HOME).exists():
        print(f"\nEnrolments and settings stay in {HOME} and {ETC}. --forget deletes them for ever.")
    return OK


def wrong(machine: Machine, step: Step) -> list[str]:
    return list(step.check(machine))


def chosen(arguments: argparse.Namespace) -> Options:
    return Options(not arguments.no_program, arguments.upgrades, arguments.ssh, arguments.local_network)


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser("scripts/install", description=__doc__)
    what = found.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="look at each step and say what is wrong; exit code 1 then")
    what.add_argument("--remove", action="store_true", help="undo it; enrolments and settings stay")
    what.add_argument("--dry-run", action="store_true", help="say what would be done")
    found.add_argument("--json", action="store_true", help="with --check: one JSON object")
    found.add_argument("--forget", action="store_true", help="with --remove: delete enrolments and settings, for ever")
    found.add_argument(
        "--root", type=Path, default=Path("/"), metavar="DIR", help="a tree of files, such as an image's"
    )
    found.add_argument("--no-program", action="store_true", help="leave out Debian's packages and the program itself")
    found.add_argument("--upgrades", action="store_true", help="Debian's security updates by themselves, at night")
    found.add_argument("--ssh", action="store_true", help="let ssh in through the firewall")
    found.add_argument("--local-network", action="store_true", help="a printer or camera is on the local network")
    return found


if __name__ == "__main__":
    sys.exit(main())
