namespace SmartFhir.Sandbox.Data;

/// <summary>A concept with its code.</summary>
public sealed record Term(string System, string Code, string Display);

/// <summary>A measurement with its code, unit and usual range.</summary>
public sealed record Measurement(Term Code, string Unit, string UnitCode, decimal Low, decimal High, int Decimals, string Category);

/// <summary>The words and codes that synthetic records are made of.</summary>
public static class Vocabulary
{
    public const string Loinc = "http://loinc.org";
    public const string Snomed = "http://snomed.info/sct";
    public const string RxNorm = "http://www.nlm.nih.gov/research/umls/rxnorm";
    public const string Cvx = "http://hl7.org/fhir/sid/cvx";

    public static readonly string[] FamilyNames =
    [
        "Abara", "Almeida", "Andersson", "Aydin", "Bauer", "Becker", "Bianchi", "Chen", "Costa", "Demir", "Dubois", "Eriksen", "Farouk", "Fernández", "Fischer", "García", "Grünwald",
        "Haddad", "Hansen", "Horvat", "Ibrahim", "Ito", "Jansen", "Kaya", "Kim", "Kowalski", "Lindqvist", "López", "Mbeki", "Mokoena", "Moreau", "Müller", "Nakamura", "Nguyen", "Novák",
        "O'Brien", "Okafor", "Olsen", "Patel", "Pereira", "Petrov", "Quispe", "Ramírez", "Rossi", "Sato", "Schneider", "Silva", "Singh", "Suzuki", "Tanaka", "Torres", "Vargas", "Virtanen",
        "Wagner", "Walker", "Weber", "Wójcik", "Yılmaz", "Zhang", "Zimmermann",
    ];

    public static readonly string[] FemaleNames =
    [
        "Ada", "Aisha", "Amara", "Anna", "Beatriz", "Camille", "Chiara", "Dilara", "Elif", "Emma", "Fatima", "Freja", "Grace", "Hana", "Ingrid", "Isabel", "Johanna", "Kateřina", "Leila",
        "Lucía", "Mei", "Nadia", "Noor", "Olga", "Priya", "Rosa", "Sakura", "Sofia", "Thandiwe", "Yuki", "Zofia", "Zoë",
    ];

    public static readonly string[] MaleNames =
    [
        "Adam", "Ahmed", "Anders", "Aarav", "Bruno", "Carlos", "Daichi", "David", "Emeka", "Emil", "Felix", "Giovanni", "Hassan", "Hiroshi", "Ivan", "Jakub", "Jonas", "José", "Kwame",
        "Lars", "Leo", "Luca", "Mateo", "Mehmet", "Minh", "Nikolai", "Omar", "Pablo", "Ravi", "Samuel", "Tomasz", "Wei",
    ];

    public static readonly (string City, string State, string PostalCode)[] Cities =
    [
        ("Springfield", "MA", "01103"), ("Riverton", "WY", "82501"), ("Fairview", "OR", "97024"), ("Greenville", "SC", "29601"), ("Madison", "WI", "53703"),
        ("Georgetown", "TX", "78626"), ("Salem", "OR", "97301"), ("Franklin", "TN", "37064"), ("Clinton", "IA", "52732"), ("Bristol", "CT", "06010"),
    ];

    public static readonly string[] Streets = ["Maple Street", "Oak Avenue", "Harbor Road", "Mill Lane", "Station Street", "Church Road", "Park Avenue", "River Walk", "Hill Street", "Garden Lane"];

    public static readonly Term[] Conditions =
    [
        new(Snomed, "38341003", "Hypertensive disorder"), new(Snomed, "44054006", "Type 2 diabetes mellitus"), new(Snomed, "195967001", "Asthma"),
        new(Snomed, "55822004", "Hyperlipidemia"), new(Snomed, "35489007", "Depressive disorder"), new(Snomed, "396275006", "Osteoarthritis"),
        new(Snomed, "40930008", "Hypothyroidism"), new(Snomed, "37796009", "Migraine"), new(Snomed, "235595009", "Gastroesophageal reflux disease"),
        new(Snomed, "444814009", "Viral sinusitis"), new(Snomed, "10509002", "Acute bronchitis"), new(Snomed, "271737000", "Anemia"),
    ];

    public static readonly Term[] Medications =
    [
        new(RxNorm, "314076", "lisinopril 10 MG Oral Tablet"), new(RxNorm, "860975", "metformin hydrochloride 500 MG Extended Release Oral Tablet"),
        new(RxNorm, "745679", "albuterol 0.09 MG/ACTUAT Metered Dose Inhaler"), new(RxNorm, "617312", "atorvastatin 20 MG Oral Tablet"),
        new(RxNorm, "312938", "sertraline 100 MG Oral Tablet"), new(RxNorm, "310965", "ibuprofen 200 MG Oral Tablet"),
        new(RxNorm, "966221", "levothyroxine sodium 0.05 MG Oral Tablet"), new(RxNorm, "313988", "furosemide 40 MG Oral Tablet"),
        new(RxNorm, "198051", "omeprazole 20 MG Delayed Release Oral Capsule"), new(RxNorm, "308136", "amlodipine 2.5 MG Oral Tablet"),
    ];

    public static readonly Term[] Vaccines =
    [
        new(Cvx, "140", "Influenza, seasonal, injectable, preservative free"), new(Cvx, "113", "Td (adult), 5 Lf tetanus toxoid, preservative free, adsorbed"),
        new(Cvx, "33", "Pneumococcal polysaccharide vaccine, 23 valent"), new(Cvx, "121", "Zoster vaccine, live"), new(Cvx, "43", "Hepatitis B vaccine, adult dosage"),
    ];

    public static readonly Term[] Allergens =
    [
        new(Snomed, "762952008", "Peanut"), new(Snomed, "764146007", "Penicillin"), new(Snomed, "256277009", "Grass pollen"), new(Snomed, "111088007", "Latex"), new(Snomed, "260147004", "House dust mite"),
    ];

    public static readonly Measurement[] Vitals =
    [
        new(new(Loinc, "8302-2", "Body height"), "cm", "cm", 150m, 195m, 1, "vital-signs"), new(new(Loinc, "29463-7", "Body weight"), "kg", "kg", 48m, 118m, 1, "vital-signs"),
        new(new(Loinc, "8867-4", "Heart rate"), "beats/minute", "/min", 54m, 98m, 0, "vital-signs"), new(new(Loinc, "9279-1", "Respiratory rate"), "breaths/minute", "/min", 11m, 20m, 0, "vital-signs"),
        new(new(Loinc, "8310-5", "Body temperature"), "Cel", "Cel", 36.1m, 37.6m, 1, "vital-signs"),
    ];

    public static readonly Measurement[] Laboratory =
    [
        new(new(Loinc, "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"), "%", "%", 4.8m, 9.4m, 2, "laboratory"),
        new(new(Loinc, "2339-0", "Glucose [Mass/volume] in Blood"), "mg/dL", "mg/dL", 68m, 190m, 2, "laboratory"),
        new(new(Loinc, "2093-3", "Cholesterol [Mass/volume] in Serum or Plasma"), "mg/dL", "mg/dL", 130m, 280m, 1, "laboratory"),
        new(new(Loinc, "718-7", "Hemoglobin [Mass/volume] in Blood"), "g/dL", "g/dL", 10.5m, 17.2m, 2, "laboratory"),
        new(new(Loinc, "2160-0", "Creatinine [Mass/volume] in Serum or Plasma"), "mg/dL", "mg/dL", 0.55m, 1.6m, 2, "laboratory"),
    ];
}
