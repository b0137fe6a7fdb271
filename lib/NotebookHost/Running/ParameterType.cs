using System.Globalization;
using System.Numerics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NotebookHost.Running;

/// <summary>A type whose values can be typed on a command line: one that C# has literals of, also nullable, or an array of it.</summary>
/// <param name="Name">The type's keyword.</param>
/// <param name="IsNullable">Whether <c>null</c> is a value.</param>
/// <param name="IsArray">Whether values are lists, separated by commas.</param>
internal sealed record ParameterType(string Name, bool IsNullable = false, bool IsArray = false)
{
    /// <summary>What can be declared, for messages.</summary>
    public const string Possible =
        "string, char, bool, sbyte, byte, short, ushort, int, uint, long, ulong, float, double or decimal, nullable too, or an array of these";

    private const NumberStyles Decimal = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private static readonly Dictionary<string, string> Keywords = new()
    {
        ["String"] = "string",
        ["Char"] = "char",
        ["Boolean"] = "bool",
        ["SByte"] = "sbyte",
        ["Byte"] = "byte",
        ["Int16"] = "short",
        ["UInt16"] = "ushort",
        ["Int32"] = "int",
        ["UInt32"] = "uint",
        ["Int64"] = "long",
        ["UInt64"] = "ulong",
        ["Single"] = "float",
        ["Double"] = "double",
        ["Decimal"] = "decimal",
    };

    /// <summary>What values look like, for messages.</summary>
    public string Description
    {
        get
        {
            var one = Name switch
            {
                "string" => "any text",
                "char" => "one character",
                "bool" => "true or false",
                "sbyte" => Whole(sbyte.MinValue, sbyte.MaxValue),
                "byte" => Whole(byte.MinValue, byte.MaxValue),
                "short" => Whole(short.MinValue, short.MaxValue),
                "ushort" => Whole(ushort.MinValue, ushort.MaxValue),
                "int" => Whole(int.MinValue, int.MaxValue),
                "uint" => Whole(uint.MinValue, uint.MaxValue),
                "long" => Whole(long.MinValue, long.MaxValue),
                "ulong" => Whole(ulong.MinValue, ulong.MaxValue),
                _ => "a number with a point, such as 1.5",
            };
            return IsArray ? $"a list, separated by commas, of values that are {one}" : one;
        }
    }

    /// <summary>The type as C# writes it.</summary>
    public override string ToString() => Name + (IsNullable ? "?" : "") + (IsArray ? "[]" : "");

    /// <summary>The declared type, or for <c>var</c> that of the value it starts with; <c>null</c> when values of it cannot be typed.</summary>
    public static ParameterType? Of(TypeSyntax declared, ExpressionSyntax? value) => declared switch
    {
        { IsVar: true } => OfValue(value),
        ArrayTypeSyntax { RankSpecifiers: [{ Rank: 1 }] } array => ArrayOf(Of(array.ElementType, null)),
        NullableTypeSyntax nullable => Of(nullable.ElementType, null) is { } type ? type with { IsNullable = !type.IsArray } : null,
        PredefinedTypeSyntax { Keyword.ValueText: var keyword } when Keywords.ContainsValue(keyword) => new ParameterType(keyword),
        QualifiedNameSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "System" }, Right: IdentifierNameSyntax name } => Of(name, null),
        IdentifierNameSyntax { Identifier.ValueText: var name } when Keywords.TryGetValue(name, out var keyword) => new ParameterType(keyword),
        _ => null,
    };

    /// <summary>The C# expression for a value as typed, or <c>null</c> when it is none of this type.</summary>
    public string? Literal(string value)
    {
        if (!IsArray)
            return IsNullable && Name != "string" && value.Trim() == "null" ? "null" : One(value);
        var element = this with { IsArray = false };
        var items = value.Length == 0 ? [] : value.Split(',').Select(item => element.Literal(Name == "string" ? item : item.Trim())).ToList();
        return items.Contains(null) ? null : items.Count == 0 ? $"new {element}[0]" : $"new {this} {{ {string.Join(", ", items)} }}";
    }

    private string? One(string value) => Name switch
    {
        "string" => SymbolDisplay.FormatLiteral(value, quote: true),
        "char" => value.Length == 1 ? SymbolDisplay.FormatLiteral(value[0], quote: true) : null,
        "bool" => bool.TryParse(value, out var truth) ? truth ? "true" : "false" : null,
        "sbyte" => Whole<sbyte>(value, ""),
        "byte" => Whole<byte>(value, ""),
        "short" => Whole<short>(value, ""),
        "ushort" => Whole<ushort>(value, ""),
        "int" => Whole<int>(value, ""),
        "uint" => Whole<uint>(value, "u"),
        "long" => Whole<long>(value, "L"),
        "ulong" => Whole<ulong>(value, "UL"),
        "double" => Number<double>(value, Decimal, "d"),
        "float" => Number<float>(value, Decimal, "f"),
        _ => Number<decimal>(value, Decimal, "m"),
    };

    private static string? Whole<T>(string value, string suffix)
        where T : INumber<T> => Number<T>(value, NumberStyles.AllowLeadingSign, suffix);

    private static string? Number<T>(string value, NumberStyles styles, string suffix)
        where T : INumber<T> => T.TryParse(value, styles, CultureInfo.InvariantCulture, out var number) || T.TryParse(OfLiteral(value), styles, CultureInfo.InvariantCulture, out number)
            ? T.IsFinite(number) ? number.ToString(null, CultureInfo.InvariantCulture) + suffix : null
            : null;

    /// <summary>A number as C# writes it, <c>0x10</c>, <c>1_000</c> or <c>2.5f</c>, in plain digits; <c>null</c> for anything else.</summary>
    private static string? OfLiteral(string value)
    {
        var (sign, digits) = value.StartsWith('-') ? ("-", value[1..]) : ("", value);
        var token = SyntaxFactory.ParseToken(digits);
        return token.IsKind(SyntaxKind.NumericLiteralToken) && token.Text == digits && !token.ContainsDiagnostics && token.Value is IFormattable number
            ? sign + number.ToString(null, CultureInfo.InvariantCulture)
            : null;
    }

    private static string Whole<T>(T least, T most)
        where T : INumber<T> => string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}");

    private static ParameterType? ArrayOf(ParameterType? element) => element is { IsArray: false } ? element with { IsArray = true } : null;

    private static ParameterType? OfValue(ExpressionSyntax? value) => value switch
    {
        null => null,
        LiteralExpressionSyntax { Token.Value: { } literal } when Keywords.TryGetValue(literal.GetType().Name, out var keyword) => new ParameterType(keyword), // most are, and need no compiler
        _ => Compiled(value),
    };

    /// <summary>The type that the compiler gives a variable with that value.</summary>
    private static ParameterType? Compiled(ExpressionSyntax value)
    {
        var tree = SyntaxFactory.ParseSyntaxTree($"var value = {value};", new CSharpParseOptions(LanguageVersion.Latest, kind: SourceCodeKind.Script));
        var compilation = CSharpCompilation.CreateScriptCompilation("Parameter", tree, [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)]);
        var variable = tree.GetRoot().DescendantNodes().OfType<VariableDeclaratorSyntax>().First();
        return compilation.GetSemanticModel(tree).GetDeclaredSymbol(variable) is IFieldSymbol { Type: var type } ? OfSymbol(type) : null;
    }

    private static ParameterType? OfSymbol(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol { Rank: 1, ElementType: var element } => ArrayOf(OfSymbol(element)),
        INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T, TypeArguments: [var plain] } => OfSymbol(plain) is { } found ? found with { IsNullable = true } : null,
        { SpecialType: not SpecialType.None } when Keywords.TryGetValue(type.Name, out var keyword) => new ParameterType(keyword),
        _ => null,
    };
}
