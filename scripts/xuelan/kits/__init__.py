"""Study kits (学习套装): one download with everything a branch needs for one activity.

From the recipe to the ZIP:

* :mod:`xuelan.model.kit`: the recipe, a frozen ``Kit`` read from ``materials/kits/<id>.yml`` by the
  field table there, like every other record of the column.
* :mod:`xuelan.rules.kits`: the rules for recipes. Whatever a recipe names must be there: a kit with
  a missing item fails, it is never made without it.
* :mod:`xuelan.kits.plan`: the plan, a frozen ``KitPlan`` in which every id of the recipe is
  replaced by the thing itself. An exporter reads its plan and nothing else: no file of
  ``materials/``, no finished page, no clock. Pictures and attachments come from the plan's
  :class:`~xuelan.kits.assets.Assets`.
* :mod:`xuelan.kits.exporters`: the table of formats. An exporter is a function from a plan to
  files; those for paper are in :mod:`xuelan.kits.print`, Word documents in
  :mod:`xuelan.kits.word`, all others in :mod:`xuelan.kits.formats`.
* :mod:`xuelan.kits.make`: runs the exporters in several processes and keeps their files in the
  cache, under keys from :mod:`xuelan.kits.cache_keys`.
* :mod:`xuelan.kits.packing.package`: start page, manifest, checksums and the ZIP.
* :mod:`xuelan.kits.branch`: the same kit filled in for one branch, by ``xuelan kits --branches`` or
  by the browser.

The same plan gives the same bytes: an exporter takes its date from ``plan.date`` and orders what it
writes.
"""
