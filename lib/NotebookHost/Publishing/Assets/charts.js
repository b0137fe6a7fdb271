// Puts the interactive chart where the static picture of a figure is. Without scripts, and in print, the static picture stays.
for (const source of document.querySelectorAll('script.chart-data')) {
  const { data, layout = {}, frames } = JSON.parse(source.textContent);
  const output = source.parentElement;
  const picture = [...output.querySelectorAll('svg, img')].find(found => found.compareDocumentPosition(source) & Node.DOCUMENT_POSITION_FOLLOWING);
  const box = document.createElement('div');
  const chart = document.createElement('div');
  box.className = 'chart-box';
  chart.className = 'chart';
  box.append(chart);
  if (picture) picture.before(box);
  else output.prepend(box);
  picture?.classList.add('replaced');
  output.classList.add('live');

  // The width is the page's to give; everything else is the figure's own.
  delete layout.width;
  layout.autosize = true;
  // A finger scrolls the page; a mouse zooms into the chart.
  if (matchMedia('(pointer: coarse)').matches) layout.dragmode = false;
  const config = { responsive: true, displaylogo: false, modeBarButtons: [['toImage', 'resetScale2d']] };
  Promise.resolve().then(() => Plotly.newPlot(chart, { data, layout, config, frames })).catch(() => {
    box.remove();
    picture?.classList.remove('replaced');
    output.classList.remove('live');
  });
}
