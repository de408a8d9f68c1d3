// TestKit is the ground that tests stand on: folders of their own, files written and read without any of Strongroom's
// code, numbers that are the same in every run, a clock that only tests turn, and a founded vault with people and
// machines. It knows the modules as their users do, and asserts nothing.
