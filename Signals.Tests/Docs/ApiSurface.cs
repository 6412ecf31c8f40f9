using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Signals.Tests.Docs;

/// <summary>The types of one package and what its XML documentation says of them. Immutable; any thread.</summary>
internal sealed class ApiSurface
{
    private readonly Dictionary<string, XElement> _members;

    public ApiSurface(Assembly assembly)
    {
        Name = assembly.GetName().Name!;
        Type[] own = [.. assembly.GetTypes().Where(
            type => !type.IsNested && !type.IsDefined(typeof(CompilerGeneratedAttribute)) && IsOfTheProduct(type))];
        Public = [.. own.Where(type => type.IsPublic).OrderBy(type => type.FullName, StringComparer.Ordinal)];
        InternalCount = own.Length - Public.Length;
        _members = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"))
            .Descendants("member").ToDictionary(member => (string)member.Attribute("name")!);
    }

    public string Name { get; }

    public Type[] Public { get; }

    public int InternalCount { get; }

    /// <summary>The summary of a type as plain text, empty when there is none.</summary>
    public string SummaryOf(Type type) =>
        _members.TryGetValue($"T:{type.FullName}", out XElement? member) ? Plain(member.Element("summary")) : "";

    /// <summary>The documented members of a type, as the compiler names them, with their summaries.</summary>
    public IEnumerable<(string Member, string Summary)> MembersOf(Type type) => _members
        .Where(member => member.Key[0] != 'T' && MemberName(member.Key).StartsWith(type.FullName + ".", StringComparison.Ordinal))
        .Select(member => (MemberName(member.Key)[(type.FullName!.Length + 1)..], Plain(member.Value.Element("summary"))))
        .OrderBy(member => member.Item1, StringComparer.Ordinal);

    private static bool IsOfTheProduct(Type type) =>
        type.Namespace == "Signals" || type.Namespace?.StartsWith("Signals.", StringComparison.Ordinal) == true;

    private static string MemberName(string id) => id[2..];

    private static string Plain(XElement? text) => text is null
        ? ""
        : string.Join(' ', string.Concat(text.DescendantNodes().Select(Word)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Word(XNode node) => node switch
    {
        XText text => text.Value,
        XElement element when element.Attribute("cref") is XAttribute cref => cref.Value[(cref.Value.LastIndexOf('.') + 1)..],
        XElement element when (element.Attribute("name") ?? element.Attribute("langword")) is XAttribute name => name.Value,
        _ => "",
    };
}
