using System.Text;
using Microsoft.CodeAnalysis.Text;
using NotebookHost.Engine;

namespace NotebookHost.Tests.Running;

/// <summary>Cells that are compiled one after another, as those of a notebook; none of them runs.</summary>
internal sealed class CompiledCells
{
    private readonly CellCompiler _compiler;
    private readonly List<string> _errors = [];

    /// <param name="folder">Where relative paths in the cells start.</param>
    public CompiledCells(string folder)
    {
        var files = new CellSources(folder);
        _compiler = new CellCompiler(files, new CellReferences(new NotebookLoadContext(), files, new PackageRestore()));
    }

    /// <summary>What is wrong with the cells so far; empty when all compile.</summary>
    public string Errors => string.Join("\n\n", _errors);

    /// <summary>Compiles one more cell. One with errors declares nothing for those after it.</summary>
    /// <param name="code">The cell.</param>
    /// <param name="name">What errors call it.</param>
    public async Task Add(string code, string name)
    {
        try
        {
            await _compiler.Compile(SourceText.From(code, Encoding.UTF8), name, TestContext.Current.CancellationToken);
        }
        catch (CellErrorException error)
        {
            _errors.Add(string.Join('\n', error.Lines));
        }
    }
}
