# The commands a person and CI use alike; each is one script in scripts/. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run tour test check files fuzz faults conformance oauth-statements odd-answers kill9 fault-loops single-flight rotate-under-load rotate-crash listener-attack soak-sim gallery bench package

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

files: ## Read a file of every shape and many hostile ones; a table of what each is taken for
	@scripts/files.sh

fuzz: ## Feed what is read from outside with made-up bytes, guided by coverage, SECONDS= each target (60); TARGET= one alone
	@scripts/fuzz.sh "$(or $(SECONDS),60)" $(TARGET)

faults: ## Break every part a refresh stands on, a line for each case of tests/faults/cases.txt
	@scripts/cases.sh faults

conformance: ## Hold the client to OpenID's relying-party modules, a line for each of tests/conformance/modules.txt
	@scripts/cases.sh conformance

oauth-statements: ## Hold it to what OAuth asks of a native app, a line for each of tests/oauth/statements.txt
	@scripts/cases.sh oauth-statements

odd-answers: ## Send every odd token answer of a grammar to the engine; no refresh token is lost
	@scripts/odd_answers.sh

kill9: ## Kill the program KILLS= times (2000) at every point of what could cost a grant; SERVER=grace or strict
	@scripts/ordeal.sh "kill9 $(or $(SERVER),grace) $(or $(KILLS),2000) $(SEED)"

fault-loops: ## Let every call that reaches a file fail, one after the other, and cut the power at every sync
	@scripts/ordeal.sh fault-loops "power-cut $(SEED)"

single-flight: ## Ask for one token from 8 processes × 50 tasks, ROUNDS= times (1000); one token request a round
	@scripts/ordeal.sh "single-flight $(or $(ROUNDS),1000)"

rotate-under-load: ## Rotate each kind of credential ROUNDS= times (3) while other tools call with it every 20 ms; no call fails
	@scripts/ordeal.sh "rotate-under-load $(or $(ROUNDS),3)"

rotate-crash: ## Kill the program at every call of every kind of rotation, and some at random by SEED=; a credential works always
	@scripts/ordeal.sh "rotate-crash 1 $(SEED)"

listener-attack: ## Attack the loopback port of LOGINS= real logins (100); all succeed, none is hijacked
	@scripts/ordeal.sh "listener-attack $(or $(LOGINS),100)"

soak-sim: ## Months of a thousand integrations in virtual time, with everything going wrong; DAYS= INTEGRATIONS= SEEDS=
	@scripts/soak_sim.sh

gallery: ## Draw every view and state, light and dark, in a plain browser; pictures in target/gallery/
	@scripts/gallery.sh $(SCENES)

bench: ## Measure ours beside peers and floors, BENCH= one alone (window_soak only so, SOAK_MINUTES=); figures in target/bench/
	@SOAK_MINUTES="$(or $(SOAK_MINUTES),30)" scripts/bench.sh $(BENCH)

package: ## Build a release and a Debian package
	@scripts/package.sh
