using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TrivialLayers.Tests;

/// <summary>
/// Places where code writes a number or a date in the words of the country it runs in, and CA1305 does not see it: interpolated strings without a provider, sums of texts and numbers, lists of numbers joined,
/// numbers given to a writer, texts of nullable numbers and of records that hold some. Whole numbers count where they are given a format. Without one only the minus sign differs, so seeds count and numbers of
/// things do not.
/// </summary>
internal static class CultureBoundCode
{
    private const string Implicit = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; global using System.Threading.Tasks; global using System.Net.Http;
        """;

    private static readonly HashSet<string> s_writers = ["string", "System.Text.StringBuilder", "System.IO.TextWriter", "System.IO.StreamWriter", "System.IO.StringWriter", "System.Console"];

    /// <summary>The sources in these folders as one program. A name that the compiler does not know would hide a place.</summary>
    public static CSharpCompilation Compile(IEnumerable<string> folders, IEnumerable<string>? further = null)
    {
        var sources = folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(path => Path.GetRelativePath(folder, path).Split(Path.DirectorySeparatorChar) is var parts && parts[0] is not ("bin" or "obj") && !parts.Contains("Build")));
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && !name.StartsWith("TrivialLayers", StringComparison.Ordinal) && !name.StartsWith("NotebookHost", StringComparison.Ordinal));
        var options = CSharpParseOptions.Default.WithPreprocessorSymbols("NET");
        var compilation = CSharpCompilation.Create(
            "sources",
            [CSharpSyntaxTree.ParseText(Implicit, options, "implicit.cs"), .. sources.Concat(further ?? []).Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), options, path))],
            platform.Select(path => MetadataReference.CreateFromFile(path)),
            new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
        Assert.DoesNotContain(compilation.GetDiagnostics(), diagnostic => diagnostic.Id is "CS0103" or "CS0234" or "CS0246" or "CS1061");
        return compilation;
    }

    /// <summary>The places, each with its line.</summary>
    public static IEnumerable<string> In(CSharpCompilation compilation) =>
        from tree in compilation.SyntaxTrees
        let model = compilation.GetSemanticModel(tree)
        from node in tree.GetRoot().DescendantNodes()
        where IsBound(model, node)
        let line = node.GetLocation().GetLineSpan().StartLinePosition.Line + 1
        select $"{Path.GetFileName(tree.FilePath)}, line {line}: {node}";

    private static bool IsBound(SemanticModel model, SyntaxNode node) => node switch
    {
        InterpolationSyntax { Parent: InterpolatedStringExpressionSyntax whole } hole =>
            (IsWritten(model.GetTypeInfo(hole.Expression).Type, hole.FormatClause?.FormatStringToken.ValueText) || IsSeed(model, hole.Expression)) && !HasProvider(model, whole),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } sum when model.GetTypeInfo(sum).Type?.SpecialType == SpecialType.System_String =>
            IsWritten(model.GetTypeInfo(sum.Left).Type, null) || IsWritten(model.GetTypeInfo(sum.Right).Type, null),
        InvocationExpressionSyntax { ArgumentList.Arguments.Count: 0, Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ToString" } text } => IsWritten(model.GetTypeInfo(text.Expression).Type, null),
        ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call } argument => IsWriter(model.GetSymbolInfo(call).Symbol as IMethodSymbol) && IsWrittenOrList(model.GetTypeInfo(argument.Expression).Type),
        _ => false,
    };

    /// <summary>A whole number that may well be negative.</summary>
    private static bool IsSeed(SemanticModel model, ExpressionSyntax value) =>
        value.ToString().EndsWith("seed", StringComparison.OrdinalIgnoreCase) && model.GetTypeInfo(value).Type?.SpecialType is SpecialType.System_Int32 or SpecialType.System_Int64;

    /// <summary>A method that turns what it is given into text, and is not told for which country.</summary>
    private static bool IsWriter(IMethodSymbol? method) =>
        method is not null && s_writers.Contains(method.ContainingType.ToDisplayString()) && !method.Parameters.Any(parameter => parameter.Type.Name is nameof(IFormatProvider) or "AppendInterpolatedStringHandler");

    private static bool IsWrittenOrList(ITypeSymbol? type) => IsWritten(type, null)
        || (type is IArrayTypeSymbol array && IsWritten(array.ElementType, null))
        || (type is INamedTypeSymbol { SpecialType: not SpecialType.System_String } named && named.AllInterfaces.Append(named).Any(one => one.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T && IsWritten(one.TypeArguments[0], null)));

    /// <summary>Whether an interpolated string, or the sum of such that it is part of, goes where a provider goes too, or where the reader decides.</summary>
    private static bool HasProvider(SemanticModel model, ExpressionSyntax text)
    {
        while (text.Parent is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } or ParenthesizedExpressionSyntax)
            text = (ExpressionSyntax)text.Parent;
        if (text.Parent is CastExpressionSyntax cast)
            text = cast;
        if (model.GetTypeInfo(text).ConvertedType?.Name is nameof(FormattableString) or nameof(IFormattable))
            return true;
        return text.Parent is ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call } && model.GetSymbolInfo(call).Symbol is IMethodSymbol method && method.Parameters.Any(parameter => parameter.Type.Name == nameof(IFormatProvider));
    }

    /// <summary>Whether the text of a value is another in another country.</summary>
    private static bool IsWritten(ITypeSymbol? type, string? format) => type switch
    {
        null => false,
        INamedTypeSymbol { ConstructedFrom.SpecialType: SpecialType.System_Nullable_T } nullable => IsWritten(nullable.TypeArguments[0], format),
        { SpecialType: SpecialType.System_Double or SpecialType.System_Single or SpecialType.System_Decimal or SpecialType.System_DateTime } => true,
        { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_UInt64 } => format is { Length: > 0 } && char.ToUpperInvariant(format[0]) is not ('D' or 'X' or 'B' or '0'),
        { Name: "Half" or "DateTimeOffset" or "DateOnly" or "TimeOnly" or "BigInteger" or "Complex" or "Scalar" } => true,
        { Name: "TimeSpan" } => format is "g" or "G",
        INamedTypeSymbol { IsTupleType: true } tuple => tuple.TupleElements.Any(element => IsWritten(element.Type, null)),
        { IsRecord: true } record => record.GetMembers(nameof(ToString)).All(member => member.IsImplicitlyDeclared) && record.GetMembers().OfType<IPropertySymbol>().Any(property => !SymbolEqualityComparer.Default.Equals(property.Type, record) && IsWritten(property.Type, null)),
        _ => false,
    };
}
