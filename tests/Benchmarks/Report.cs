using System.Globalization;

namespace TrivialLayers.Benchmarks;

/// <summary>What is printed: lines for people as they come, then each figure as <c>key=value</c>.</summary>
internal sealed class Report
{
    private readonly List<(string Key, double Value)> _figures = [];

    public void Line(string text) => Console.WriteLine(text);

    /// <summary>A rate in images a second, what it does in arithmetic, and which share of the machine's matrix multiply that is.</summary>
    /// <param name="what">What was measured.</param>
    /// <param name="seconds">Median time in seconds.</param>
    /// <param name="images">Images (of layers, in a sweep) in that time.</param>
    /// <param name="multiplyAccumulates">Multiply-accumulates that this took.</param>
    public void Rate(string what, double seconds, double images, double multiplyAccumulates)
    {
        var gigaflops = 2 * multiplyAccumulates / seconds / 1e9;
        Line(string.Create(CultureInfo.InvariantCulture, $"  {what,-44} {seconds,8:F2} s {images / seconds,8:F0} images/s {gigaflops,6:F0} GFLOP/s {100 * gigaflops / MatrixMultiply.Rate,4:F0} % of matrix multiply"));
    }

    public void Figure(string key, double value) => _figures.Add((key, value));

    public void PrintFigures()
    {
        Console.WriteLine();
        foreach (var (key, value) in _figures)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{key}={value:G4}"));
    }
}
