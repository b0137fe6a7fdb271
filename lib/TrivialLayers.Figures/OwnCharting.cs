using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace TrivialLayers;

/// <summary>
/// Plotly.NET 6 needs its own FSharp.Core. A notebook's host that brings an older one, and loads this assembly into a context of its own, must not hand that to our Plotly.NET: so
/// what lies beside this assembly is loaded into the same context, as soon as code of this assembly runs.
/// </summary>
internal static class OwnCharting
{
    private static readonly string[] s_names = ["FSharp.Core", "Fable.Core", "DynamicObj", "Giraffe.ViewEngine", "Plotly.NET"];

#pragma warning disable CA2255 // It must come before the first call into Plotly.NET, wherever that is.
    [ModuleInitializer]
    internal static void Prefer()
#pragma warning restore CA2255
    {
        var assembly = typeof(OwnCharting).Assembly;
        var context = AssemblyLoadContext.GetLoadContext(assembly);
        var home = Path.GetDirectoryName(assembly.Location);
        if (context is null || context == AssemblyLoadContext.Default || string.IsNullOrEmpty(home))
            return;
        var present = context.Assemblies.Select(loaded => loaded.GetName().Name).ToHashSet();
        foreach (var file in s_names.Where(name => !present.Contains(name)).Select(name => Path.Combine(home, name + ".dll")).Where(File.Exists))
            context.LoadFromAssemblyPath(file);
    }
}
