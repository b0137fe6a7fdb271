using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace TrivialLayers.Tests;

/// <summary>Notebook hosts load our assembly into a context of its own, and may have another FSharp.Core.</summary>
public sealed class ForeignContextTests
{
    [Fact]
    public void In_a_context_of_its_own_the_library_brings_its_own_charting()
    {
        var folder = Path.GetDirectoryName(typeof(Figure).Assembly.Location)!;
        var context = new AssemblyLoadContext("a notebook's");
        var assembly = context.LoadFromAssemblyPath(Path.Combine(folder, "TrivialLayers.Figures.dll"));
        Assert.DoesNotContain(context.Assemblies, loaded => loaded.GetName().Name == "FSharp.Core");

        RuntimeHelpers.RunModuleConstructor(assembly.ManifestModule.ModuleHandle);
        var names = context.Assemblies.Select(loaded => loaded.GetName().Name).ToArray();
        Assert.All(["FSharp.Core", "Fable.Core", "DynamicObj", "Giraffe.ViewEngine", "Plotly.NET"], name => Assert.Contains(name, names));
    }
}
