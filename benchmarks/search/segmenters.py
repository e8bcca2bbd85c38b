"""Which segmenter finds best: the judged set, asked of an index made with each.

python benchmarks/search/segmenters.py demo|real --site FOLDER   (jieba is compared where installed)
"""

import argparse
import importlib.util

import judged
import sites


def choices():
    import rjieba

    cutter = rjieba.Jieba()
    found = {
        "rjieba": cutter.cut,
        "rjieba, search mode": cutter.cut_for_search,
        "none: characters in pairs only": lambda run: [run],
    }
    if importlib.util.find_spec("jieba"):
        import jieba

        found["jieba"] = jieba.lcut
    return found


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("catalogue", choices=("demo", "real"))
    ask.add_argument("--site", required=True)
    ask.add_argument("--each", type=int, default=30)
    ask.add_argument("--seed", type=int, default=5)
    options = ask.parse_args()
    options.misses = False
    from shuren.kernel.site import open_site

    site = open_site(options.site)
    sites.start(site)
    from shuren.discovery.actions import index
    from shuren.discovery.internals.analysis import pinyin, words

    for name, cut in choices().items():

        def segment(run, cut=cut):
            return tuple(cut(run))

        words.segment = pinyin.segment = segment
        index(site, actor=sites.operator(), everything=True)
        figures = judged.judge(site, options, sites)
        line = {**figures}
        for group in ("all known items, no typo", "all with pinyin or one slip", "subject"):
            one = line[group]
            shown = [f"{one[n]:.3f}" for n in ("success@1", "success@10", "nDCG@10", "MRR")]
            print(f"{name:32}{group:30}{one['queries']:>6}  {'  '.join(shown)}", flush=True)


if __name__ == "__main__":
    main()
