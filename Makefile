# On a fresh Debian 12 with Swift and git two commands do everything: `git clone`, then `make test` or `make demo`.

RELEASE = .build-release
SOURCES = $(shell find Sources Tests Package.swift -name '*.swift' ! -name '*.pb.swift')

.PHONY: setup build test lint format demo clean

setup:
	@Scripts/setup

build: setup
	swift build -c release --scratch-path $(RELEASE) --product strongroom
	@echo "built $(RELEASE)/release/strongroom"

test: setup
	@Scripts/reader-python >/dev/null || true
	swift build --build-tests
	swift test --disable-xctest --parallel
	Scripts/test-reader

lint:
	@swift format lint --strict $(SOURCES)

format:
	@swift format -i $(SOURCES)

demo: build
	Scripts/demo

clean:
	rm -rf .build $(RELEASE) .build-venv
