"""Study kits (学习套装): one download with everything a branch needs for one activity.

How it hangs together, in the order of the data flow:

* :mod:`xuelan.model.kit` – the recipe: a frozen ``Kit`` read from ``materials/kits/<id>.yml`` by
the
  field table there, like every other record of the column.
* :mod:`xuelan.rules.kits` – what ``xuelan check`` says of a recipe: whatever it names must be
  there. A kit with a missing item fails; it never comes out thinner.
* :mod:`xuelan.kits.plan` – the plan: a frozen ``KitPlan`` in which every id of the recipe has
  become the thing itself. Exporters read the plan and nothing else: no file of ``materials/``, no
  finished page, no clock.
* exporters – one small module per format with ``files(plan) -> Iterator[KitFile]``, listed in
  :mod:`xuelan.kits.exporters` in the order in which their files stand in the kit.
* :mod:`xuelan.kits.packing.package` – manifest, checksums and the outer ZIP.

Same plan, same bytes: an exporter takes its date from ``plan.date`` and orders what it writes.
"""
