using System.Reflection;

namespace TrivialLayers;

/// <summary>.NET Interactive, where it runs the notebook. Nothing here refers to it: it is asked by the names of its public members.</summary>
internal static class InteractiveKernel
{
    private const string AssemblyName = "Microsoft.DotNet.Interactive";
    private const string Context = AssemblyName + ".KernelInvocationContext";

    /// <summary>The token of the cell that called, cancelled by <i>Stop</i> in an editor; none where .NET Interactive does not run a cell.</summary>
    /// <param name="loaded">The assemblies of the process. Several may bear the name, when a cell brought its own.</param>
    public static CancellationToken TokenOfRunningCell(IEnumerable<Assembly> loaded) => loaded
        .Where(assembly => assembly.GetName().Name == AssemblyName)
        .Select(assembly => assembly.GetType(Context))
        .Select(type => type?.GetProperty("Current", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
        .Select(context => context?.GetType().GetProperty("CancellationToken")?.GetValue(context))
        .OfType<CancellationToken>()
        .FirstOrDefault();
}
