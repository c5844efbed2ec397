"""Examples of each command, shown below its help and in docs/commands.md."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[str, ...]] = {
    "serve": (
        "diabelli serve",
        "diabelli serve --port 9000 --data-dir /var/lib/diabelli",
        "diabelli serve --config diabelli.toml --workers 4",
        "diabelli serve --engines-at auto",
    ),
    "vary": (
        "diabelli vary photo.jpg -n 4 --out variations --sheet",
        "diabelli vary photos --recursive --out variations --skip-existing",
        'diabelli vary photo.jpg -n 3 --name "{stem}_{index}" --format webp --quality 80',
        "diabelli vary - --out - < photo.jpg > variation.png",
    ),
    "batch": (
        "diabelli batch photos --out varied -n 4 --size 512",
        "diabelli batch s3://pictures/train --out s3://pictures/varied --format webp",
        "diabelli batch photos --out varied --limit 20 --dry-run",
    ),
    "engines": ("diabelli engines", "diabelli engines --json"),
    "engines check": ("diabelli engines check upstream",),
    "engines add": ("diabelli engines add http://127.0.0.1:1234 --name sd",),
    "engines try": ("diabelli engines try sd15-lcm photo.png",),
    "cluster deploy": ("diabelli cluster deploy --address auto",),
    "cluster status": ("diabelli cluster status --json",),
    "cluster down": ("diabelli cluster down",),
    "cluster config": ("diabelli cluster config > serve.yaml",),
    "pull": ("diabelli pull", "diabelli pull kandinsky-2.2"),
    "usage": ("diabelli usage --by key --since 30d", "diabelli usage --json"),
    "inspect": (
        "diabelli inspect variation.png",
        "diabelli inspect variation.png --trust credentials/credentials-root.pem",
    ),
    "conformance": (
        "diabelli conformance http://127.0.0.1:8000/v1",
        "diabelli conformance https://variations.example.org/v1 --key @OPENAI_API_KEY --strict",
    ),
    "storage check": (
        "diabelli storage check --config /etc/diabelli/diabelli.toml",
        "diabelli storage check --set-rule --config /etc/diabelli/diabelli.toml",
    ),
    "credentials init": ("diabelli credentials init --out credentials",),
    "keys create": (
        "diabelli keys create --name web --images-per-minute 60",
        "diabelli keys create --name first --new-ledger --data-dir /var/lib/diabelli",
    ),
    "keys list": ("diabelli keys list --json",),
    "keys revoke": ("diabelli keys revoke web",),
    "keys rotate": ("diabelli keys rotate web",),
    "block user": ('diabelli block user visitor-7 --note "spam"',),
    "block picture": (
        "diabelli block picture portrait.jpg",
        "diabelli block picture --request req_1a2b3c",
    ),
    "block list": ("diabelli block list --json",),
    "unblock user": ("diabelli unblock user visitor-7",),
    "unblock picture": ("diabelli unblock picture portrait.jpg",),
}
"""Command lines by the name of their command."""


def examples(command: str) -> str:
    """Return the text below the help of a command."""
    # \b keeps the line breaks of the paragraph.
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in EXAMPLES[command])])
