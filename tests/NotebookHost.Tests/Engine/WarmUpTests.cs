using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace NotebookHost.Tests.Engine;

[Collection(CellsCollection.Name)]
public sealed class WarmUpTests
{
    [Fact]
    public async Task A_type_of_the_framework_is_one_type_in_all_cells_also_in_one_that_comes_during_the_warm_up()
    {
        using var run = new CellRun();
        run.WarmUp();
        for (var cell = 0; cell < 4; cell++)
        {
            await run.Run($"var numbers{cell} = new List<int> {{ {cell} }};");
            GC.Collect();
        }

        var cells = new List<CSharpCompilation>();
        for (var compiled = run.LastCompiled; compiled is not null; compiled = compiled.ScriptCompilationInfo!.PreviousScriptCompilation)
            cells.Add(compiled);
        Assert.Equal(4, cells.Count);
        Assert.Single(cells.Select(compiled => compiled.GetSpecialType(SpecialType.System_Object).ContainingAssembly).Distinct(ReferenceEqualityComparer.Instance));
    }
}
