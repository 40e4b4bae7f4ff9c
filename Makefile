# Every target is one line of work; portal/launch does what it says.
PYTHON ?= python3
ENV := @command -v $(PYTHON) >/dev/null || { echo "Python not found: install Python 3.11 or newer. 找不到 Python：请先安装 Python 3.11 或更新版本。" >&2; exit 1; }; $(PYTHON) -I portal/launch/bootstrap.py
LAUNCH := .venv/bin/python -m portal.launch

.PHONY: run test setup services stop nightly bench bench-province lint demo-data

run:       ; $(ENV) run && exec $(LAUNCH) run
test:      ; $(ENV) dev && exec $(LAUNCH) test $(ARGS)
setup:     ; $(ENV) dev
services:  ; $(ENV) run && exec $(LAUNCH) services
stop:      ; @test ! -x .venv/bin/python || exec $(LAUNCH) stop
nightly:   ; $(ENV) run && exec $(LAUNCH) nightly
demo-data: ; $(ENV) run && exec $(LAUNCH) demo-data
bench:     ; $(ENV) dev && exec $(LAUNCH) bench $(ARGS)
bench-province: ; $(ENV) dev && exec $(LAUNCH) bench screening_province
lint:      ; $(ENV) dev && exec $(LAUNCH) lint
