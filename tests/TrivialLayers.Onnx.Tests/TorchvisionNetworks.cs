using System.Diagnostics;

[assembly: AssemblyFixture(typeof(TrivialLayers.Tests.TorchvisionNetworks))]

namespace TrivialLayers.Tests;

/// <summary>torchvision's networks as ONNX files, made by Debian's Python when a test asks for them; the common ones all at once, since Python takes its time to start.</summary>
public sealed class TorchvisionNetworks : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private static readonly string[] s_common = ["resnet18:64:17", "squeezenet1_1:64:11", "shufflenet_v2_x0_5:64:16", "mobilenet_v3_small:64:14", "mobilenet_v2:32:9"];

    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<bool> _hasTorchvision = new(() => File.Exists(Python) && Run(["-c", "import torch, torchvision"]) is null);

    /// <summary>The path of a network's file; the test is skipped where Python has no torchvision.</summary>
    /// <param name="name">torchvision's name for it.</param>
    /// <param name="size">Height and width of the images in pixels.</param>
    /// <param name="opset">The version of the operators.</param>
    public string Export(string name, int size, int opset)
    {
        Assert.SkipUnless(_hasTorchvision.Value, "Debian's packages python3-torch and python3-torchvision are not installed");
        var wanted = FormattableString.Invariant($"{name}:{size}:{opset}");
        if (!File.Exists(_folder[name + ".onnx"]))
            Assert.Null(Run([Path.Combine(AppContext.BaseDirectory, "torchvision_networks.py"), _folder.Path, .. s_common.Contains(wanted) ? s_common : [wanted]]));
        return _folder[name + ".onnx"];
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>What Python had to complain about, or null.</summary>
    private static string? Run(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : errors;
    }
}
