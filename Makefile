# On a fresh Debian 12 with Swift and git two commands do everything: `git clone`, then `make test` or `make demo`.

RELEASE = .build-release
SOURCES = $(shell find Sources Tests Fuzz Benchmarks Package.swift -name '*.swift' ! -name '*.pb.swift' ! -path '*/.build/*')

.PHONY: setup build install deb test-deb monitoring test test-s3 prove soak every-byte fuzz fuzz-short sanitize lint format demo drills bench bench-s3 microbench clean

setup:
	@Scripts/setup

build: setup
	swift build -c release --scratch-path $(RELEASE) --product strongroom
	@echo "built $(RELEASE)/release/strongroom"

# For good: PREFIX is /usr/local, and the program needs no Swift there.
install: setup
	@Scripts/install

# A Debian package of what install puts in place, with documents, in $(RELEASE)/deb.
deb:
	@Scripts/deb

# Needs root, and a bare Debian 12 for a part of it, which it makes and removes.
test-deb:
	@Scripts/test-deb

# Rules for Prometheus and a board for Grafana, in Docs/Monitoring.
monitoring:
	@Scripts/test-monitoring

# ONLY=PairTests runs only the Swift tests whose names match.
test:
	@Scripts/test-all '$(ONLY)'

# Buckets on real servers, which it starts: Ceph from Debian's packages (root installs them), moto and rclone from PyPI.
test-s3:
	@Scripts/test-s3 '$(ONLY)'

# What takes longer than a change should wait for: every state that a crash may leave and every call that fails, every
# order of two writers, many by chance, minutes of stress.
prove: setup
	swift build -c release --scratch-path $(RELEASE) --product strongroom
	swift build -c release --scratch-path $(RELEASE) --product prove
	$(RELEASE)/release/prove crash
	$(RELEASE)/release/prove faults
	STRONGROOM_PROOF=long STRONGROOM_STRESS=180 Scripts/test-all 'InterleavingTests|RaceTests'

# Simulated years, compared with a simple model after each step; a seed gives the same year again.
soak: setup
	swift build -c release --scratch-path $(RELEASE) --product prove
	$(RELEASE)/release/prove soak --seed $${SEED:-1} --years $${YEARS:-3} --days $${DAYS:-365}

# What only a sanitizer sees: races between threads, and memory of C that is used wrongly.
sanitize: setup
	Scripts/sanitize thread
	Scripts/sanitize address

lint:
	@swift format lint --strict $(SOURCES)

format:
	@swift format -i $(SOURCES)

demo: build
	Scripts/demo

# Every ready drill on an archive of 2 GiB, green and red: about 10 minutes and 12 GB; SIZE_MIB changes that.
drills: build
	Scripts/drills

# Beside restic and borg: about 40 minutes and 40 GB on a machine that does nothing else; BENCH=--help says more.
bench: build
	swift build -c release --scratch-path $(RELEASE) --product long-ledger
	Benchmarks/bench $(BENCH)

# Vaults and destinations in buckets beside rclone and restic, against a Ceph that it starts: about 30 minutes and 40 GB
# with an archive of 2 GiB; SIZE_MIB=64 is a quick try. BENCH=--help says more.
bench-s3: build
	SIZE_MIB=$${SIZE_MIB:-2048} Benchmarks/bench-s3 $(BENCH)

# Single parts, so that a regression shows where it is. Only here the package has targets that measure, and what those
# depend on; MICROBENCH='list' names them.
microbench: setup
	STRONGROOM_BENCH=1 swift package -c release --scratch-path .build-bench/swift benchmark $(MICROBENCH)

# Changes every byte of a small vault and its destination, and looks at what comes of it: about 15 minutes on two cores.
every-byte: setup
	swift build -c release --scratch-path $(RELEASE) --product prove-bytes
	$(RELEASE)/release/prove-bytes --seed $(or $(SEED),1)
	$(RELEASE)/release/prove-bytes --seed $(or $(SEED),1) --world parts --every 64

# Throws changed bytes at all that is read from a store or a user; FUZZ_SECONDS for each of some twenty targets.
fuzz: setup
	Scripts/fuzz --seconds $(or $(FUZZ_SECONDS),600) --seed $(or $(SEED),1)

fuzz-short: setup
	Scripts/fuzz --seconds $(or $(FUZZ_SECONDS),10) --seed $(or $(SEED),1)

clean:
	rm -rf .build-fuzz Fuzz/crashes Fuzz/grown .build .build-test .build-prove .build-thread .build-address $(RELEASE) .build-venv .build-venv.lock .build-bench
