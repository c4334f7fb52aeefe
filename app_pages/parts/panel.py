"""The one figure panel: chart, caption, table view, downloads, and how to read it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from analysis.disclosure import Shown
from analysis.figures import Chart
from analysis.publish import csv_bytes, file_name

from . import access, export
from .messages import faults_said, withheld
from .tables import table

T = TypeVar("T")
Drawing = Callable[[T], Chart]

_EXPORT_WIDTH_PX = 1200
_UNUSED_BUTTONS = ["select2d", "lasso2d", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "autoScale2d", "resetScale2d"]
_CAMERA = "toImage"
SINGLE_PATIENTS = "This figure draws single patients, which you have no right to see."


def chart_config(chart: Chart, image_format: str, camera: bool) -> dict[str, Any]:
    """Plotly's settings: nothing that could send data away, and with a camera an image made in the browser."""
    height = int(chart.plot.layout.height or 500)
    image = {"format": image_format, "filename": file_name(chart.name, image_format).rsplit(".", 1)[0]}
    return {
        "showSendToCloud": False,
        "plotlyServerURL": "",
        "displaylogo": False,
        "modeBarButtonsToRemove": _UNUSED_BUTTONS if camera else [*_UNUSED_BUTTONS, _CAMERA],
        "toImageButtonOptions": {**image, "width": _EXPORT_WIDTH_PX, "height": height, "scale": 2},
    }


@st.fragment
@faults_said()
def figure(shown: Shown[T], draw: Drawing[T], key: str) -> None:
    """Show a chart of a released result with everything that belongs to it. What leaves the page is drawn anew from
    what may leave it. key is stable, so that zoom and node survive a redraw."""
    chart = draw(shown.screen)
    if chart.is_individual and not _may_see_single_patients(chart):
        return
    st.plotly_chart(
        chart.plot,
        width="stretch",
        theme=None,
        key=key,
        config=chart_config(chart, "svg", camera=False),
        alt=chart.alt,
    )
    st.caption(chart.caption)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.popover("How to read this", type="tertiary", icon=":material/help:"):
            st.markdown(chart.how_to_read)
        _downloads(shown, draw, chart.name, key)
    _table_view(chart, key)


def _may_see_single_patients(chart: Chart) -> bool:
    if not access.may("individual"):
        st.info(SINGLE_PATIENTS, icon=":material/lock:")
        return False
    failed = export.seen(chart.name)
    if failed:
        st.error(failed, icon=":material/error:")
    return not failed


def _downloads(shown: Shown[T], draw: Drawing[T], name: str, key: str) -> None:
    """What the reader may take away, without small cells; and to the holder, for a reason, one export with them."""
    failed = access.cannot_audit()
    if failed and (access.may("export table") or access.may("export figure")):
        st.caption(failed)
        return
    if access.may("export table"):
        st.download_button(
            "Data (CSV)",
            data=export.audited(name, lambda: csv_bytes(draw(shown.outside).data())),
            file_name=file_name(name, "csv"),
            mime="text/csv",
            key=f"{key}-csv",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )
    if access.may("export figure") and st.button("Image", type="tertiary", icon=":material/image:", key=f"{key}-image"):
        failed = export.image(name)
        if failed:
            st.error(failed, icon=":material/error:")
        else:
            _image(draw(shown.outside), f"{key}-outside", getattr(shown.outside, "sentence", ""))
    if access.is_holder() and access.is_audited():
        _with_small_cells(shown, draw, name, key)


@st.dialog("Image of this figure", width="large")
def _image(chart: Chart, key: str, sentence: str) -> None:
    """The figure as it leaves, with its own camera."""
    image_format = st.segmented_control(
        "Image format", ["svg", "png"], default="svg", required=True, key=f"{key}-format"
    )
    st.caption("Press the camera at the top right of the figure. The image is made in your browser.")
    config = chart_config(chart, str(image_format), camera=True) | {"displayModeBar": True}
    st.plotly_chart(chart.plot, width="stretch", theme=None, key=key, config=config, alt=chart.alt)
    withheld(sentence)


def _with_small_cells(shown: Shown[T], draw: Drawing[T], name: str, key: str) -> None:
    """One export with small cells in it, by the holder's decision. The reason is needed anew for the next."""
    ready = f"{key}-small-ready"
    with st.popover("With small cells", type="tertiary", icon=":material/lock_open:"):
        st.markdown(export.EXPLAINED)
        reason = st.text_input("Reason, kept in the audit", key=f"{key}-reason", max_chars=export.LONGEST_REASON)
        enough = export.is_reason(reason)
        if st.button("Prepare one export", key=f"{key}-prepare", disabled=not enough):
            failed = export.small_cells(name, reason)
            if failed:
                st.error(failed, icon=":material/error:")
            else:
                st.session_state[ready] = csv_bytes(draw(shown.screen).data())
        if ready in st.session_state:
            st.download_button(
                "Data with small cells (CSV)",
                data=st.session_state[ready],
                file_name=file_name(f"{name}-with-small-cells", "csv"),
                mime="text/csv",
                key=f"{key}-small-csv",
                on_click=export.forget,
                args=(ready, f"{key}-reason"),
            )


def _table_view(chart: Chart, key: str) -> None:
    """The numbers of the chart, made only when the reader opens them."""
    with st.expander("Table", icon=":material/table:", key=f"{key}-table", on_change="rerun") as view:
        if view.open:
            table(chart.data(), "Numbers of this figure")
