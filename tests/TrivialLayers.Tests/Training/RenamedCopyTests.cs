using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using Module = TorchSharp.torch.nn.Module;

namespace TrivialLayers.Tests;

/// <summary>Addresses do not know how the code is spelt: a copy of the library in which classes, a private field and options have other names gives the same ones.</summary>
[Trait("Category", "Slow")]
public sealed class RenamedCopyTests
{
    /// <summary>Names that stand for classes, private fields and options of a recipe, and what the copy calls them.</summary>
    private static readonly Dictionary<string, string> s_renamed = new()
    {
        ["BasicBlock"] = "TwoConvolutions", ["Bottleneck"] = "ThreeConvolutions", ["PlainBlock"] = "UnitWithoutShortcut", ["PaddedIdentity"] = "ShortcutOfOptionA", ["Chain"] = "OneAfterAnother",
        ["PlainNet"] = "StraightNet", ["Vgg"] = "VisualGeometryNet", ["_stride"] = "_step", ["_features"] = "_maps", ["WarmUp"] = "RisingShare", ["Flip"] = "Mirrored", ["Epochs"] = "Passes",
    };

    [Fact]
    public void Every_address_stays_when_classes_fields_and_options_are_renamed()
    {
        using var folder = new TemporaryFolder();
        var copy = Copy(folder.Path);
        foreach (var (type, method, arguments) in Networks)
        {
            var network = (Module)Call(copy, Renamed($"TrivialLayers.{type}"), method, arguments);
            using var original = (Module)Call(typeof(ResNet).Assembly, $"TrivialLayers.{type}", method, arguments);
            Assert.Equal(Address(typeof(ResNet).Assembly, original), Address(copy, network));
            network.Dispose();
        }

        foreach (var run in Directory.GetDirectories(Path.Combine(RepositoryRoot.Path, "data", "checkpoints"), "*-seed*"))
            Assert.Equal(RunStore.Read(run).Address, (string)Property(Call(copy, "TrivialLayers.RunStore", "Read", [run]), "Address"));
    }

    private static IEnumerable<(string Type, string Method, object[] Arguments)> Networks =>
    [
        ("ResNet", "ForSmallImages", [8, 4, 10, 1, ShortcutKind.Projection]), ("ResNet", "ForSmallImages", [8, 4, 10, 1, ShortcutKind.ZeroPadded]), ("ResNet", "ForLargeImages", [50, 10, 3, 8, false]),
        ("PlainNet", "ForSmallImages", [8, 4, 10, 1]), ("Vgg", "ForSmallImages", [11, 0.125, 10, 3]), ("UNet", "ForSmallImages", [3, 4, 11, 1, 2]), ("SegNet", "ForSmallImages", [3, 4, 11, 1, 2]),
    ];

    private static string Address(Assembly library, Module network)
    {
        var recipe = library.GetType("TrivialLayers.Recipe")!.GetProperty("Quick")!.GetValue(null)!;
        return ((string)Property(Call(library, "TrivialLayers.RunIdentity", "Of", [network, "data", recipe, 1L, Array.Empty<string>()]), nameof(Identity.Address)));
    }

    private static object Call(Assembly library, string type, string method, object[] arguments)
    {
        var found = library.GetType(type, throwOnError: true)!.GetMethod(method, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!;
        var given = found.GetParameters().Zip(arguments, (parameter, argument) => parameter.ParameterType.IsEnum ? Enum.ToObject(parameter.ParameterType, Convert.ToInt32(argument, null)) : argument);
        return found.Invoke(null, [.. given])!;
    }

    private static object Property(object of, string name) => of.GetType().GetProperty(name)!.GetValue(of)!;

    private static string Renamed(string text) => s_renamed.Aggregate(text, (current, name) => Regex.Replace(current, $@"(?<![\w""]){name.Key}(?!\w)", name.Value));

    /// <summary>Builds the library anew from renamed sources.</summary>
    private static Assembly Copy(string folder)
    {
        var lib = Path.Combine(RepositoryRoot.Path, "lib", "TrivialLayers");
        var sources = Directory.EnumerateFiles(lib, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(lib, file).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"));
        foreach (var file in sources.Concat(Directory.EnumerateFiles(RepositoryRoot.Path, "Directory.*")).Append(Path.Combine(RepositoryRoot.Path, "data", "datasets.json")))
        {
            var target = Path.Combine(folder, Path.GetRelativePath(RepositoryRoot.Path, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (file.EndsWith(".cs", StringComparison.Ordinal))
                File.WriteAllText(target, Renamed(File.ReadAllText(file)));
            else
                File.Copy(file, target);
        }

        var output = Path.Combine(folder, "out");
        var build = new ProcessStartInfo("dotnet", ["build", Path.Combine(folder, "lib", "TrivialLayers"), "-c", "Release", "-o", output, "--disable-build-servers", "-p:TreatWarningsAsErrors=false"]) { RedirectStandardOutput = true };
        using var process = Process.Start(build)!;
        var told = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, told);
        return new AssemblyLoadContext("renamed copy").LoadFromAssemblyPath(Path.Combine(output, "TrivialLayers.dll"));
    }
}
