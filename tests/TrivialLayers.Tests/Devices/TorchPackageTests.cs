using System.Diagnostics;
using System.Text.Json;

namespace TrivialLayers.Tests;

/// <summary>Which packages a build refers to. MSBuild evaluates the projects; nothing is restored.</summary>
public sealed class TorchPackageTests
{
    [Theory]
    [InlineData("linux", "cpu", "libtorch-cpu-linux-x64")]
    [InlineData("linux", "cuda", "TorchSharp-cuda-linux")]
    [InlineData("windows", "cpu", "libtorch-cpu-win-x64")]
    [InlineData("windows", "cuda", "TorchSharp-cuda-windows")]
    [InlineData("macos", "cpu", "libtorch-cpu-osx-arm64")]
    public void The_device_and_the_system_choose_one_native_package(string system, string device, string package) =>
        Assert.Equal(["TorchSharp", package], TorchPackages($"-p:TorchOS={system}", $"-p:TorchDevice={device}"));

    [Fact]
    public void A_build_for_a_libtorch_that_is_there_already_refers_to_none() =>
        Assert.Equal(["TorchSharp"], TorchPackages("-p:TorchDevice=none"));

    [Theory]
    [InlineData("linux", "false", "libtorch-cpu-linux-x64")]
    [InlineData("linux", "true", "TorchSharp-cuda-linux")]
    [InlineData("windows", "false", "libtorch-cpu-win-x64")]
    [InlineData("windows", "true", "TorchSharp-cuda-windows")]
    public void Auto_takes_cuda_where_a_driver_is_found(string system, string driver, string package) =>
        Assert.Equal(["TorchSharp", package], TorchPackages($"-p:TorchOS={system}", "-p:TorchDevice=auto", $"-p:NvidiaDriverFound={driver}"));

    [Fact]
    public void Auto_is_what_a_plain_build_does()
    {
        var packages = TorchPackages();
        Assert.Equal(2, packages.Length);
        Assert.Equal(TorchPackages("-p:TorchDevice=auto"), packages);
    }

    [Theory]
    [InlineData("-p:TorchDevice=gpu", "Choose auto, cpu, cuda or none")]
    [InlineData("-p:TorchOS=plan9", "Choose linux, windows or macos")]
    public void An_unknown_choice_stops_the_build_and_names_the_choices(string property, string advice)
    {
        var (exit, output) = MSBuild("TrivialLayers", "-t:CheckTorchDevice", property);
        Assert.NotEqual(0, exit);
        Assert.Contains(advice, output);
    }

    [Fact]
    public void Cuda_on_macos_stops_the_build()
    {
        var (exit, output) = MSBuild("TrivialLayers", "-t:CheckTorchDevice", "-p:TorchOS=macos", "-p:TorchDevice=cuda");
        Assert.NotEqual(0, exit);
        Assert.Contains("no CUDA on macOS", output);
    }

    [Theory]
    [InlineData("windows")]
    [InlineData("linux")]
    public void The_polyglot_packages_come_in_only_when_asked_for(string system)
    {
        string[] optional = ["Microsoft.DotNet.Interactive", "Plotly.NET.Interactive"];
        Assert.Empty(Packages("TrivialLayers.Interactive", $"-p:TorchOS={system}").Intersect(optional));
        Assert.Equal(optional, Packages("TrivialLayers.Interactive", $"-p:TorchOS={system}", "-p:Polyglot=true").Intersect(optional));
    }

    private static string[] TorchPackages(params string[] properties) =>
        [.. Packages("TrivialLayers", properties).Where(name => name.Contains("torch", StringComparison.OrdinalIgnoreCase))];

    private static string[] Packages(string project, params string[] properties)
    {
        var (exit, output) = MSBuild(project, ["-getItem:PackageReference", .. properties]);
        Assert.True(exit == 0, output);
        using var json = JsonDocument.Parse(output);
        return [.. json.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!)];
    }

    private static (int Exit, string Output) MSBuild(string project, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            WorkingDirectory = Path.Combine(RepositoryRoot.Path, "lib", project),
            RedirectStandardOutput = true,
        };
        foreach (var argument in (string[])["msbuild", "-nologo", .. arguments])
            start.ArgumentList.Add(argument);
        // A test run started by MSBuild hands down where its own MSBuild lies.
        foreach (var inherited in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(inherited);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
