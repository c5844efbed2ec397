"""The documentation is true: generated pages are current, options documented, examples run."""

import importlib.util
import inspect
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import typer
import uvicorn

import diabelli
from diabelli import errors
from diabelli.api.errors import exceptions
from diabelli.api.metrics import FAMILIES
from diabelli.bootstrap import build_app, components
from diabelli.cli import app
from diabelli.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
BLOCK = re.compile(r"^```(python|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SAMPLE = "src/diabelli/sample.png"
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def generated() -> dict[str, str]:
    """Return the pages that docs/generate.py would write now."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: page() for name, page in module.PAGES.items()}


def examples(language: str) -> list[object]:
    """Return the examples of each page in that language, joined to one program."""
    programs = {
        page.name: "\n".join(
            text for kind, text in BLOCK.findall(page.read_text()) if kind == language
        )
        for page in PAGES
    }
    return [pytest.param(text, id=name) for name, text in programs.items() if text]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Yield the base URL of a server with the embedded engine."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"))
    with components(settings) as parts:
        parts.service.warm_up()
        application = build_app(settings, parts)
        server = uvicorn.Server(
            uvicorn.Config(application, port=0, loop="asyncio", log_config=None)
        )
        listening = threading.Event()
        startup = server.startup

        async def started(sockets=None) -> None:
            await startup(sockets)
            listening.set()

        server.startup = started
        thread = threading.Thread(target=server.run)
        thread.start()
        assert listening.wait(10)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def try_out(base, tmp_path):
    """Return a function that runs a program in a folder with a picture, as a reader would."""
    for name in ("picture.png", SAMPLE):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((ROOT / SAMPLE).read_bytes())
    environment = {
        **os.environ,
        "OPENAI_BASE_URL": f"{base}/v1",
        "OPENAI_API_KEY": "anything",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }

    def run(*command: str) -> str:
        words = [word.replace("http://127.0.0.1:8000", base) for word in command]
        ran = subprocess.run(
            words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=200
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return run


@pytest.mark.parametrize("script", sorted(path.stem for path in ROOT.glob("docs/*.py")))
def test_every_script_finds_its_imports(script):
    """Scripts that take pictures are run by hand only, and follow renamed names all the same."""
    importlib.import_module(script)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("text", examples("python"))
def test_python_examples_run(try_out, text):
    """The examples of each page run as one program."""
    try_out(sys.executable, "-c", text)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("text", examples("sh"))
def test_shell_examples_run(try_out, text):
    """Each line works, and no reply is an error; the server runs, and its ledger exists."""
    if "--new-ledger" not in text:
        try_out("diabelli", "keys", "create", "--name", "reader", "--new-ledger")
    assert '"error"' not in try_out("bash", "-euc", text.replace("make run", ""))


def test_the_first_request_of_the_readme_sends_a_file_of_the_checkout(try_out):
    """It works as pasted in the root folder, and the reply has as many variations as requested."""
    first = re.search(r"^curl .+$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)[0]
    for name in re.findall(r"@(\S+)", first):
        assert (ROOT / name).is_file()
    reply = json.loads(try_out("bash", "-euc", first))
    assert len(reply["data"]) == 2


@pytest.mark.parametrize("name", sorted(generated()))
def test_generated_pages_are_fresh(name):
    """`make docs` would change nothing."""
    assert (ROOT / "docs" / name).read_text("utf-8") == generated()[name]


def test_every_setting_is_documented():
    """Each has its row."""
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    for name in Settings.model_fields:
        assert f"| `{name}` |" in page


def test_every_metric_is_documented():
    """Each has its row, with its help text."""
    page = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    for family in FAMILIES:
        assert re.search(rf"^\| `{family.name}` \|.*{re.escape(family.help)}", page, re.MULTILINE)


@pytest.mark.parametrize("module", [errors, exceptions])
def test_every_error_is_documented(module):
    """Each has its row: cause and remedy."""
    page = (ROOT / "docs" / "errors.md").read_text("utf-8")
    groups = (errors.DiabelliError, errors.ClientError, errors.OperatorError)
    for error in vars(module).values():
        if isinstance(error, type) and issubclass(error, errors.DiabelliError):
            assert (
                error in groups
                or f"| `{error.code}` | {error.__doc__.partition(chr(10))[0]}" in page
            )


def test_every_exception_of_the_library_is_documented():
    """Each public exception has its row: base class and meaning."""
    page = (ROOT / "docs" / "library.md").read_text("utf-8")
    for name in diabelli.__all__:
        error = getattr(diabelli, name)
        if isinstance(error, type) and issubclass(error, Exception):
            meaning = error.__doc__.partition("\n")[0]
            assert f"| `{name}` | `{error.__base__.__name__}` | {meaning} |" in page


def test_every_argument_of_the_library_is_documented():
    """Each keyword of `diabelli.vary` has its row, and each public member of a variation."""
    page = (ROOT / "docs" / "library.md").read_text("utf-8")
    for name, parameter in inspect.signature(diabelli.vary).parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY:
            assert f"| `{name}` |" in page, name
    for name in dir(diabelli.Variation):
        if not name.startswith("_"):
            assert re.search(rf"^\| .*`{name}[`(]", page, re.MULTILINE), name


def commands(command, name="diabelli"):
    """Return the commands that can be called, by their full names."""
    below = getattr(command, "commands", {})
    found = {name: command} if not below or command.invoke_without_command else {}
    for word, one in below.items():
        found |= commands(one, f"{name} {word}")
    return found


def test_every_command_is_documented():
    """Each has its heading, its help, and a row for each argument and option."""
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    for name, command in commands(typer.main.get_command(app)).items():
        _, _, rest = page.partition(f"## `{name}`\n")
        section = rest.partition("\n## ")[0]
        assert command.help in section, name
        for parameter in command.params:
            assert parameter.help, (name, parameter.name)
            assert parameter.help in section, (name, parameter.name)


def test_the_commands_for_a_gpu_are_on_the_second_screen_of_the_readme():
    """Before the first section, below one picture."""
    head = (ROOT / "README.md").read_text("utf-8").partition("\n## ")[0]
    before, commands, _ = head.partition("make trained\nmake run\n")
    assert commands
    assert before.count("![") == 1


def test_every_option_of_vary_is_documented():
    """The README's table names them all."""
    readme = (ROOT / "README.md").read_text("utf-8")
    command = typer.main.get_command(app).commands["vary"]
    options = [option for parameter in command.params for option in parameter.opts]
    for option in options:
        if option.startswith("-") and option != "--help":
            assert f"| `{option}` |" in readme, option


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_work(page):
    """Every relative link names an existing file."""
    for target in LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
