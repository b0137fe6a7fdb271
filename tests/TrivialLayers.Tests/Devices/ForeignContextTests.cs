using System.Reflection;
using System.Runtime.Loader;

namespace TrivialLayers.Tests;

/// <summary>
/// Notebook hosts load our assembly into a context of its own and read no <c>.deps.json</c>.
/// </summary>
public sealed class ForeignContextTests
{
    [Fact]
    public void In_a_context_of_its_own_the_library_finds_libtorch()
    {
        var folder = Path.GetDirectoryName(typeof(LibTorch).Assembly.Location)!;
        var context = new AssemblyLoadContext("a notebook's");
        // As hosts do: what the context does not have is looked for among the referenced files.
        context.Resolving += (own, name) => Path.Combine(folder, name.Name + ".dll") is var file && File.Exists(file) ? own.LoadFromAssemblyPath(file) : null;

        var assembly = context.LoadFromAssemblyPath(Path.Combine(folder, "TrivialLayers.dll"));
        var describe = assembly.GetType("TrivialLayers.ComputeDevice")!.GetMethod("Describe", BindingFlags.Public | BindingFlags.Static)!;

        Assert.NotSame(typeof(ComputeDevice).Assembly, assembly);
        Assert.Contains("libtorch", (string)describe.Invoke(null, null)!);
    }
}
