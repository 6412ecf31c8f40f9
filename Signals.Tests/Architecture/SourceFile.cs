using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Signals.Tests.Architecture;

/// <summary>One source file of the repository, reduced to what the rules of the architecture look at. Immutable.</summary>
internal sealed partial class SourceFile
{
    private readonly HashSet<string> _words;

    /// <param name="path">Relative to the repository, with forward slashes.</param>
    /// <param name="text">The source.</param>
    public SourceFile(string path, string text)
    {
        Path = path;
        Folder = path[..path.LastIndexOf('/')];
        Code = NotCode().Replace(text, " ");
        Namespace = NamespaceLine().Match(Code).Groups[1].Value;
        Types = [.. TypeLine().Matches(Code).Select(m => m.Groups[1].Value)];
        IsPublic = PublicType().IsMatch(Code);
        _words = [.. Word().Matches(PublicPrefix().Replace(Code, "")).Select(m => m.Value)];
        _words.ExceptWith(Member().Matches(Code).Select(m => m.Groups[1].Value));
    }

    public string Path { get; }

    public string Folder { get; }

    /// <summary>The text without comments and literals.</summary>
    public string Code { get; }

    public string Namespace { get; }

    /// <summary>The names of the types that are not nested, which are those that begin a line.</summary>
    public IReadOnlyList<string> Types { get; }

    /// <summary>Whether its type is public. Such a type is in one of the few namespaces that a user types, whatever its folder.</summary>
    public bool IsPublic { get; }

    /// <summary>The folder as a namespace: the room that the file belongs to.</summary>
    public string Room
    {
        get
        {
            string folder = Folder.StartsWith("integrations/", StringComparison.Ordinal) ? Folder["integrations/".Length..] : Folder;
            return (folder.StartsWith("samples/", StringComparison.Ordinal) ? "Signals.S" + folder[1..] : folder).Replace('/', '.');
        }
    }

    public string Project => string.Join('/', Path.Split('/').Take(IsInFolderOfProjects ? 2 : 1));

    private bool IsInFolderOfProjects =>
        Path.StartsWith("samples/", StringComparison.Ordinal) || Path.StartsWith("integrations/", StringComparison.Ordinal);

    /// <summary>The namespaces of Signals that the code names, in a using or in place; the file's own left out.</summary>
    public IEnumerable<string> MentionedNamespaces(IReadOnlyCollection<string> known)
    {
        string code = NamespaceLine().Replace(Code, " ");
        return known.Where(n => n != Namespace && Regex.IsMatch(code, $@"(?<![\w.]){Regex.Escape(n)}\s*(;|\.\s*(?!{Deeper(n, known)})\w)"));
    }

    /// <summary>Whether the code uses a word, not counting members of that name.</summary>
    public bool Uses(string word) => _words.Contains(word);

    public override string ToString() => Path;

    /// <summary>Every source file of the repository that is not generated.</summary>
    public static IReadOnlyList<SourceFile> ReadAll() =>
        [.. AllPaths().Select(path => new SourceFile(path, File.ReadAllText(System.IO.Path.Combine(RepositoryRoot(), path))))];

    /// <summary>The paths of <see cref="ReadAll"/>, relative to the repository, with forward slashes.</summary>
    public static IEnumerable<string> AllPaths()
    {
        string root = RepositoryRoot();
        return new[] { "Signals.Core", "Signals.Storage", "integrations", "Signals.Bench", "Signals.Tests", "samples" }
            .SelectMany(folder => Directory.EnumerateFiles(System.IO.Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(path => System.IO.Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));
    }

    public static string RepositoryRoot() => RootOf();

    private static string RootOf([CallerFilePath] string path = "") =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, "..", ".."));

    // The children of a namespace, so that Signals.Storage.Wal.X is no mention of Signals.Storage.
    private static string Deeper(string name, IEnumerable<string> known) => string.Join('|', known
        .Where(k => k.StartsWith(name + ".", StringComparison.Ordinal))
        .Select(k => $@"{Regex.Escape(k[(name.Length + 1)..])}\b")
        .DefaultIfEmpty("(?!)"));

    [GeneratedRegex(
        "\"\"\".*?\"\"\"|@\"[^\"]*\"|\"(\\\\.|[^\"\\\\\\n])*\"|'(\\\\.|[^'\\\\\\n])+'|//[^\\n]*|/\\*.*?\\*/", RegexOptions.Singleline)]
    private static partial Regex NotCode();

    [GeneratedRegex(@"(?<![\w.])\w+")]
    private static partial Regex Word();

    // A word behind the name of a simple type is a member of this file's type, which hides a type of that name.
    [GeneratedRegex(@"\b(?:bool|byte|int|uint|long|ulong|double|string)\??\s+([A-Z]\w*)")]
    private static partial Regex Member();

    // A public type may be named with its namespace in front.
    [GeneratedRegex(@"(?<![\w.])Signals\.(?!Core\.|Storage\.)((Definitions|Enrichment|Serving|Offline|Maintenance)\.)?(?=[A-Z])")]
    private static partial Regex PublicPrefix();

    [GeneratedRegex(@"^public\s+(?:\w+\s+)*?(?:class|struct|interface|enum|record|delegate)\b", RegexOptions.Multiline)]
    private static partial Regex PublicType();

    [GeneratedRegex(@"^namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(
        @"^(?:(?:public|internal|file|sealed|static|abstract|readonly|unsafe|partial|ref)\s+)*"
            + @"(?:class|struct|interface|enum|record(?:\s+struct|\s+class)?|delegate\s+\S+)\s+(\w+)",
        RegexOptions.Multiline)]
    private static partial Regex TypeLine();
}
