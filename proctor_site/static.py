"""Static files under names that carry their hash, so browsers may keep them for ever."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites ``import … from "./x.js"``, which Django leaves alone unless told."""

    support_js_module_import_aggregation = True
