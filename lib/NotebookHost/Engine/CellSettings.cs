using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace NotebookHost.Engine;

/// <summary>How a cell is compiled.</summary>
/// <param name="Parsing">The language.</param>
/// <param name="Compilation">The imports, and how <c>#r</c> and <c>#load</c> lines are resolved.</param>
/// <param name="References">The assemblies it sees.</param>
internal sealed record CellSettings(CSharpParseOptions Parsing, CSharpCompilationOptions Compilation, IReadOnlyList<MetadataReference> References);
