# Every verb of the project; `make help` lists them. A plain machine needs Python 3.11 or newer with venv, make and curl.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# Any Python from 3.11 on can make the environments; .venv is there afterwards. A version manager's shim that does
# not start is passed over.
BOOT = $(shell for python in .venv/bin/python python3.13 python3.14 python3.12 python3.11 python3; do \
  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; break; }; done)
PY := .venv/bin/python
# Where the environment forbids it to keep compiled modules, as in most images, each of the tests' processes would compile
# everything again, and pytest rewrite every test.
unexport PYTHONDONTWRITEBYTECODE
STAGE ?= dev
NAME ?=
name_option = $(if $(NAME),--name $(NAME))
SHOP ?=
MARKETPLACE ?=
pair_option = $(if $(SHOP),--shop $(SHOP)) $(if $(MARKETPLACE),--marketplace $(MARKETPLACE))

.PHONY: help
help: ## list these verbs
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

.PHONY: environments
environments: # the three virtual environments, made or repaired when needed
	@test -n "$(BOOT)" || { echo "Python 3.11 or newer is needed (Debian: apt install python3 python3-venv)" >&2; exit 1; }
	@$(BOOT) -m localrun.environments

.PHONY: demo
demo: environments ## play the whole story on this machine (SHOP= MARKETPLACE=: with this pair; CHECK=1: unattended, fails unless all came true; NAME=: beside another)
	@exec $(PY) -m localrun demo $(name_option) $(pair_option) $(if $(CHECK),--check)

.PHONY: tour
tour: environments ## play every statement about sales lists, one line each with its evidence (SHOP= MARKETPLACE=: with this pair; NAME=: beside another)
	@exec $(PY) -m localrun tour $(name_option) $(pair_option)

.PHONY: up
up: environments ## the system on this machine until Ctrl-C (SHOP= MARKETPLACE=; PUBLIC_URL=https://... behind a tunnel; BIND=0.0.0.0; PORT=; NAME=; KEEP=1)
	@exec $(PY) -m localrun up $(name_option) $(pair_option) $(if $(PUBLIC_URL),--public-url $(PUBLIC_URL)) $(if $(BIND),--bind $(BIND)) \
	  $(if $(PORT),--port $(PORT)) $(if $(KEEP),--keep)

.PHONY: down
down: ## stop whatever `make up` or `make demo` keeps running (NAME=: only that one)
	@test ! -x $(PY) || $(PY) -m localrun down $(name_option)

.PHONY: test
test: environments ## every kind of check, at most 12 minutes on two cores
	$(PY) -m pytest -m "not full" -n 3 --dist loadgroup --durations=10

.PHONY: test-full
test-full: environments ## everything, all pairs and seeds, at most 60 minutes
	LISTBRIDGE_HYPOTHESIS=full $(PY) -m pytest -n 2 --dist loadgroup

.PHONY: histories
histories: environments ## random histories against an independent oracle (SEEDS="1 2 3"; HARM=1: workers are killed, processes frozen)
	$(PY) -m tests.histories --seeds $(or $(SEEDS),1) $(if $(HARM),--harm)

.PHONY: check
check: environments ## lint, types, import contracts, unit and contract tests, at most 60 seconds
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	PYTHONPATH=.:shared .venv/bin/lint-imports
	.venv/bin/mypy
	$(PY) -m pytest -q -n 2 --dist loadgroup -m "not full and not emulator" tests/unit tests/contract \
	  tests/packaging/test_template.py tests/packaging/test_alarms.py tests/packaging/test_production.py \
	  tests/packaging/test_least_privilege.py tests/packaging/test_dependencies.py tests/packaging/test_citations.py tests/packaging/test_openapi.py

.PHONY: bench
bench: environments ## measure, against a floor measured in the same run; writes build/bench.jsonl (SHOP= MARKETPLACE=: of this pair; ONLY="ingest drain": these)
	PYTHONPATH=.:shared $(PY) -m benchmarks $(pair_option) $(ONLY)

.PHONY: build
build: environments ## sam build for production (ARCHITECTURE=arm64|x86_64, RUNTIME=python3.13)
	$(PY) -m localrun build --runtime $(or $(RUNTIME),python3.13) --architecture $(or $(ARCHITECTURE),arm64)

.PHONY: deploy
deploy: environments ## check the AWS account, build, and sam deploy (STAGE=dev|prod SET="AlarmEmail=..." RUNTIME= ARCHITECTURE=); asks first for prod
	@exec $(PY) -m localrun deploy --stage $(STAGE) $(if $(RUNTIME),--runtime $(RUNTIME)) \
	  $(if $(ARCHITECTURE),--architecture $(ARCHITECTURE)) $(if $(SET),--set '$(SET)') $(if $(ANYWAY),--anyway)

.PHONY: lint-api
lint-api: ## docs/reference/openapi.json under the rules of Redocly (needs Node.js 20.19 or newer, with npm)
	@mkdir -p .local/openapi && cp requirements/openapi/{package.json,package-lock.json,.npmrc} .local/openapi/
	@cd .local/openapi && npm ci --no-audit --no-fund --silent
	@REDOCLY_SUPPRESS_UPDATE_NOTICE=true .local/openapi/node_modules/.bin/redocly lint --config requirements/openapi/redocly.yaml docs/reference/openapi.json

.PHONY: format
format: environments ## let ruff put the sources into shape
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

.PHONY: lock
lock: environments ## pin all requirements again, at their newest
	@for file in shared/requirements shared/signatures requirements/dev requirements/sam requirements/emulator requirements/uv; do \
	  echo "$$file.txt"; \
	  UV_SYSTEM_CERTS=1 .local/uv/bin/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header $$file.in -o $$file.txt || exit 1; done
	@if command -v npm >/dev/null; then cd requirements/openapi && npm install --package-lock-only --save-dev --save-exact @redocly/cli@latest; fi

.PHONY: clean
clean: ## remove what was built and run here, environments included
	rm -rf .venv .local .aws-sam build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
