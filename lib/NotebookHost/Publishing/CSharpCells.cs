using ColorCode;
using ColorCode.Common;

namespace NotebookHost.Publishing;

/// <summary>C# as cells have it: today's language, and lines such as <c>#r</c>. ColorCode's own C# is older than raw strings and records.</summary>
internal sealed class CSharpCells : ILanguage
{
    private const string Keywords =
        "abstract|and|as|async|await|base|bool|break|byte|case|catch|char|checked|class|const|continue|decimal|default|delegate|do|double|else|enum|event|explicit|extern|false|finally|fixed|float|for|foreach|global|goto|if|implicit|in|init|int|interface|internal|is|lock|long|namespace|new|not|null|object|operator|or|out|override|params|private|protected|public|readonly|record|ref|required|return|sbyte|sealed|short|sizeof|stackalloc|static|string|struct|switch|this|throw|true|try|typeof|uint|ulong|unchecked|unsafe|ushort|using|var|virtual|void|volatile|when|where|while|with|yield";

    public string Id => "csharp";

    public string Name => "C#";

    public string CssClassName => "csharp";

    public string? FirstLinePattern => null;

    /// <summary>Tried in this order at each place: comments and strings first, so that nothing inside them is marked.</summary>
    public IList<LanguageRule> Rules { get; } =
    [
        Rule(@"/\*(?s:.*?)\*/|//[^\r\n]*", ScopeName.Comment),
        Rule(@"\$*""""""(?s:.*?)""""""+", ScopeName.String),
        Rule(@"(?:\$@|@\$|@)""(?:""""|[^""])*""", ScopeName.String),
        Rule(@"\$?""(?:\\.|[^""\\\r\n])*""", ScopeName.String),
        Rule(@"'(?:\\[^']+|[^'\\\r\n]|\\')'", ScopeName.String),
        Rule(@"(?m:^[ \t]*\#\!?\w+)", ScopeName.PreprocessorKeyword),
        Rule(@"\b(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?)[fFdDmMuUlL]*\b", ScopeName.Number),
        Rule($@"\b(?:{Keywords})\b", ScopeName.Keyword),
    ];

    public bool HasAlias(string lang) => lang is "c#" or "cs";

    private static LanguageRule Rule(string pattern, string scope) => new(pattern, new Dictionary<int, string> { [0] = scope });
}
