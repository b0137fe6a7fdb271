using System.Runtime.Loader;

namespace NotebookHost.Engine;

/// <summary>A cell ready to run.</summary>
/// <param name="Assembly">The assembly; empty when there is nothing to run.</param>
/// <param name="Symbols">Its portable PDB, so that stack traces name the cell and line.</param>
/// <param name="TypeName">The class with the entry point.</param>
/// <param name="MethodName">The entry point.</param>
/// <param name="Slots">The number of cells with code so far, this one included.</param>
/// <param name="HasResult">Whether the cell ends in an expression that has a value.</param>
internal sealed record CompiledCell(byte[] Assembly, byte[] Symbols, string TypeName, string MethodName, int Slots, bool HasResult)
{
    public static CompiledCell Nothing { get; } = new([], [], "", "", 0, false);

    /// <summary>
    /// Loads the cell. Its entry point takes the objects of all cells with code, slot 0 unused, and puts its own into the slot after the last;
    /// <c>null</c> when there is nothing to run.
    /// </summary>
    public Func<object?[], Task<object?>>? EntryPoint(AssemblyLoadContext context)
    {
        if (Assembly.Length == 0)
            return null;
        using var assembly = new MemoryStream(Assembly);
        using var symbols = new MemoryStream(Symbols);
        var type = context.LoadFromStream(assembly, symbols).GetType(TypeName, throwOnError: true)!;
        return type.GetMethod(MethodName)!.CreateDelegate<Func<object?[], Task<object?>>>();
    }
}
