using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.DotNet.Interactive.Formatting.TabularData;

namespace NotebookHost.Engine;

/// <summary>Answers the magic commands that ask about the notebook.</summary>
internal static class CellMagic
{
    /// <summary>The answer, a value to be shown.</summary>
    /// <param name="name">The command.</param>
    /// <param name="submissions">The objects of all cells with code; their fields are the variables.</param>
    public static object Answer(string name, IReadOnlyList<object?> submissions) => name.ToLowerInvariant() switch
    {
        "who" => string.Join(", ", Variables(submissions).Select(variable => variable.Name)),
        "whos" => Variables(submissions)
            .Select(variable => new
            {
                Variable = variable.Name,
                Type = variable.Field.FieldType.Name,
                Value = variable.Field.GetValue(variable.Cell)?.ToString(),
            })
            .ToTabularDataResource(),
        "lsmagic" => string.Join(", ", MagicCommand.Names.Select(magic => "#!" + magic)),
        _ => $"Notebook host {typeof(CellMagic).Assembly.GetName().Version}, C#, .NET {Environment.Version}",
    };

    /// <summary>The variables as the next cell sees them: of those with one name the last.</summary>
    private static IEnumerable<(string Name, object Cell, FieldInfo Field)> Variables(IReadOnlyList<object?> submissions) =>
        from cell in submissions.OfType<object>()
        from field in cell.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where field.GetCustomAttribute<CompilerGeneratedAttribute>() is null && !field.Name.Contains('<', StringComparison.Ordinal)
        group (field.Name, cell, field) by field.Name into same
        orderby same.Key
        select same.Last();
}
