namespace Signals.Samples.Recommender.Shop;

/// <summary>
/// What the shop sells: eight shelves of twelve things. Shelves stand in pairs; who bought from one is drawn to the other.
/// </summary>
internal static class Catalogue
{
    public const ulong FirstId = 1000;
    public const int ShelfItems = 12;

    private static readonly (string Category, string Titles)[] Shelves =
    [
        ("coffee", "espresso pot,hand grinder,pour-over cone,milk frother,filter papers,house beans,decaf beans,"
            + "travel mug,cold brew jar,cup set,scale,tamper"),
        ("kitchen", "paring knife,cast-iron pan,oak board,mixing bowl,salad spinner,peeler,stock pot,"
            + "apron,rolling pin,spice rack,kettle,tea towel"),
        ("desk", "standing desk,notebook,fountain pen,desk mat,cable tray,monitor arm,letter tray,"
            + "stapler,pin board,sticky notes,footrest,bookends"),
        ("lighting", "desk lamp,floor lamp,paper shade,string lights,warm bulb,dimmer,clip light,"
            + "lantern,wall sconce,reading light,candle set,night light"),
        ("bedroom", "linen sheets,down pillow,wool blanket,sleep mask,bedside table,alarm clock,mattress pad,"
            + "quilt,slippers,wardrobe rod,hangers,rug"),
        ("bath", "cotton towel,soap dish,bath mat,shower head,robe,laundry basket,mirror,bath salts,hand soap,toothbrush cup,hooks,sponge"),
        ("garden", "trowel,watering can,seed box,pruning shears,gloves,bird feeder,hose,plant pot,compost bin,rake,trellis,tomato seeds"),
        ("camping", "tent,sleeping bag,head torch,camp stove,mess kit,dry bag,folding chair,cool box,hammock,water filter,rope,multi-tool"),
    ];

    public static IReadOnlyList<Item> Items { get; } =
    [
        .. Shelves.SelectMany((shelf, s) => shelf.Titles.Split(',').Select((title, i) => new Item(
            (s * ShelfItems) + i, FirstId + (ulong)((s * ShelfItems) + i),
            title, shelf.Category, 4 + ((((s * 31) + (i * 17)) % 60) * 1.5f)))),
    ];

    public static int ShelfCount => Shelves.Length;

    public static Item Find(ulong id) => Items[(int)(id - FirstId)];

    public static int NeighbourOf(int shelf) => shelf ^ 1;
}
