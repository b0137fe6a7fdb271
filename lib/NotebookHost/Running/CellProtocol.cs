using System.Text.Json;
using System.Text.Json.Serialization;
using NotebookHost.Engine;

namespace NotebookHost.Running;

/// <summary>What the runner asks of the process that runs a notebook. One JSON line each.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "ask")]
[JsonDerivedType(typeof(ExecuteCell), "execute")]
[JsonDerivedType(typeof(InterruptCell), "interrupt")]
internal abstract record CellRequest;

/// <summary>Run this cell.</summary>
/// <param name="Code">Its text.</param>
/// <param name="Language">The language that it is marked with; <c>null</c> for one that is not known.</param>
/// <param name="OwnName">What errors call a cell without a number; <c>null</c> for one that is counted.</param>
/// <param name="EndMark">Written to the process's raw standard output and error after the cell, so that the runner knows it has read all that belongs to it.</param>
internal sealed record ExecuteCell(string Code, string? Language, string? OwnName, string EndMark) : CellRequest;

/// <summary>Ask the running cell to end.</summary>
internal sealed record InterruptCell : CellRequest;

/// <summary>What the process that runs a notebook reports. One JSON line each.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "report")]
[JsonDerivedType(typeof(CellHappened), "happened")]
[JsonDerivedType(typeof(CellEnded), "ended")]
internal abstract record CellReport;

/// <summary>The running cell gave something out.</summary>
internal sealed record CellHappened(CellEvent Event) : CellReport;

/// <summary>The cell has ended.</summary>
/// <param name="Status">How.</param>
/// <param name="Versions">The assemblies referenced so far: name → version.</param>
internal sealed record CellEnded(CellStatus Status, IReadOnlyDictionary<string, string> Versions) : CellReport;

/// <summary>Reads and writes the lines.</summary>
internal static class CellProtocol
{
    private static readonly JsonSerializerOptions Options = new() { MaxDepth = 512 };

    public static void Write<T>(Stream stream, T message) => stream.Write([.. JsonSerializer.SerializeToUtf8Bytes(message, Options), (byte)'\n']);

    public static async Task<T?> Read<T>(TextReader reader)
        where T : class
    {
        var line = await reader.ReadLineAsync().ConfigureAwait(false);
        return line is null ? null : JsonSerializer.Deserialize<T>(line, Options);
    }
}
