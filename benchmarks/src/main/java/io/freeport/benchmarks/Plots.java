package io.freeport.benchmarks;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The plots of the page, each in a file that has the name of its metric. */
final class Plots {

  private static final int WIDTH = 900;
  private static final int HEIGHT = 480;
  private static final int LABEL_ANGLE = 35;

  private static final float GRID_WIDTH = 0.5f;

  private final Results results;
  private final Path folder;

  Plots(Results results, Path folder) {
    this.results = results;
    this.folder = folder;
  }

  void write() throws IOException {
    Files.createDirectories(folder);
    bars("latency.one", "One port, allocated and released (median)", "µs", true);
    bars("latency.range", "A port of a range of which others have a part (median)", "µs", true);
    bars("storm.lost", "Ports lost in the storm", "% of the cycles", false);
    bars("suite.time", "A suite of 1 000 tests (median)", "s", false);
    bars("containers.start", "Start of a container (median)", "ms", false);
    bars("reaper.time", "Containers of a dead test run removed (median)", "ms", true);
    line("scale.growth", "Another port, while more and more are held (median)", "µs");
  }

  private void bars(String metric, String title, String unit, boolean logarithmic)
      throws IOException {
    List<Series> all = results.ofMetric(metric);
    if (all.isEmpty()) {
      return;
    }
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .yAxisTitle(unit)
            .build();
    if (logarithmic) {
      double lowest = all.stream().mapToDouble(this::height).min().orElse(1);
      chart.getStyler().setYAxisLogarithmic(true);
      chart.getStyler().setYAxisMin(Math.pow(10, Math.floor(Math.log10(lowest))));
    }
    chart.getStyler().setXAxisLabelRotation(LABEL_ANGLE);
    List<String> subjects = all.stream().map(Series::subject).distinct().toList();
    for (String setting : all.stream().map(Series::setting).distinct().toList()) {
      List<@Nullable Double> heights = new ArrayList<>();
      for (String subject : subjects) {
        heights.add(results.find(metric, subject, setting).map(this::height).orElse(null));
      }
      chart.addSeries(setting, subjects, heights);
    }
    save(chart, metric);
  }

  /** Of what is counted, only a share says something. */
  private double height(Series series) {
    if (!series.metric().equals(StormPart.LOST)) {
      return series.spread().median();
    }
    double cycles =
        results
            .find(StormPart.CYCLES, series.subject(), series.setting())
            .map(Series::sum)
            .orElse(1.0);
    return 100 * series.sum() / cycles;
  }

  private static double error(Series series) {
    Spread spread = series.spread();
    return spread.count() == 1 ? 0 : (spread.high() - spread.low()) / 2;
  }

  private void line(String metric, String title, String unit) throws IOException {
    List<Series> all = results.ofMetric(metric);
    if (all.isEmpty()) {
      return;
    }
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("ports held")
            .yAxisTitle(unit)
            .build();
    chart.getStyler().setYAxisMin(0.0);
    chart.addSeries(
        Peer.FREEPORT.title(),
        all.stream().map(series -> Double.valueOf(series.setting())).toList(),
        all.stream().map(series -> series.spread().median()).toList(),
        all.stream().map(Plots::error).toList());
    save(chart, metric);
  }

  private void save(Chart<? extends AxesChartStyler, ?> chart, String metric) throws IOException {
    // Each dash of a line would be a path, and these most of the file.
    chart.getStyler().setPlotGridLinesStroke(new BasicStroke(GRID_WIDTH));
    chart.getStyler().setPlotGridLinesColor(Color.LIGHT_GRAY);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    VectorGraphicsEncoder.saveVectorGraphic(
        chart, folder.resolve(metric.replace('.', '-')).toString(), VectorGraphicsFormat.SVG);
  }
}
