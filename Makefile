# The commands a person and CI use alike; each is one script in scripts/. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run tour test check faults odd-answers bench package

help: ## List these commands
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

run: ## Install what is missing, build and open the window; without a display, run the guided tour
	@scripts/run.sh

tour: ## Drive the real window through the whole main job; screenshots in target/tour/
	@scripts/tour.sh

test: ## Install what is missing and run every test there is, in the real window too
	@scripts/test.sh

check: ## Lints and fast tests
	@scripts/check.sh

faults: ## Break every part a refresh stands on, a line for each case of tests/faults/cases.txt
	@scripts/faults.sh

odd-answers: ## Send every odd token answer of a grammar to the engine; no refresh token is lost
	@scripts/odd_answers.sh

bench: ## Measure ours beside peers and floors; figures in target/bench/
	@scripts/bench.sh

package: ## Build a release and a Debian package
	@scripts/package.sh
