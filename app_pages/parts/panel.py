"""The one figure panel: chart, caption, table view, downloads, and how to read it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analysis.figures import Chart
from analysis.publish import csv_bytes, file_name

from .messages import faults_said
from .tables import table

_EXPORT_WIDTH_PX = 1200
_UNUSED_BUTTONS = ["select2d", "lasso2d", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "autoScale2d", "resetScale2d"]


def chart_config(chart: Chart, image_format: str) -> dict[str, Any]:
    """Plotly's settings: an image made in the browser, and nothing that could send data away."""
    height = int(chart.plot.layout.height or 500)
    image = {"format": image_format, "filename": file_name(chart.name, image_format).rsplit(".", 1)[0]}
    return {
        "showSendToCloud": False,
        "plotlyServerURL": "",
        "displaylogo": False,
        "modeBarButtonsToRemove": _UNUSED_BUTTONS,
        "toImageButtonOptions": {**image, "width": _EXPORT_WIDTH_PX, "height": height, "scale": 2},
    }


@st.fragment
@faults_said()
def figure(chart: Chart, key: str) -> None:
    """Show a chart with everything that belongs to it. key is stable, so that zoom and node survive a redraw."""
    image_format = st.session_state.get(f"{key}-image", "svg")
    st.plotly_chart(
        chart.plot,
        width="stretch",
        theme=None,
        key=key,
        config=chart_config(chart, image_format),
        alt=chart.alt,
    )
    st.caption(chart.caption)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.popover("How to read this", type="tertiary", icon=":material/help:"):
            st.markdown(chart.how_to_read)
        st.download_button(
            "Data (CSV)",
            data=lambda: csv_bytes(chart.data()),
            file_name=file_name(chart.name, "csv"),
            mime="text/csv",
            key=f"{key}-csv",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )
        _image_format(key)
    _table_view(chart, key)


def _table_view(chart: Chart, key: str) -> None:
    """The numbers of the chart, made only when the reader opens them."""
    with st.expander("Table", icon=":material/table:", key=f"{key}-table", on_change="rerun") as view:
        if view.open:
            table(chart.data(), "Numbers of this figure")


def _image_format(key: str) -> None:
    with st.popover("Image", type="tertiary", icon=":material/image:"):
        st.segmented_control("Image format", ["svg", "png"], default="svg", required=True, key=f"{key}-image")
        st.caption("Then press the camera at the top right of the chart. The image is made in your browser.")
