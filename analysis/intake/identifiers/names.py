"""Column names that stand for an identifier, in any spelling: pt_name, PatientLastName, last_nm, LASTNAME.

A name is cut into words at capitals, digits and punctuation, and every run of up to four words is
looked up with its words joined; the longest run known wins ("email_address" is e-mail, not address).
"""

from __future__ import annotations

import re
from functools import lru_cache

from ..limits import MOST_COLUMNS
from .look_alikes import without_accents

LONGEST_RUN = 4  # words of a column name joined for one look-up ("date of birth", "address line one")

# Words joined without spaces. Words that mean several things in a clinic's export (cell, contact, location,
# provider, route, term, unit, visit) are not here: their columns are judged by what they hold.
_SYNONYMS: dict[str, str] = {
    "name": (
        "lastname firstname middlename fullname surname forename givenname familyname maidenname nickname alias "
        "lname fname mname lastnm firstnm middlenm midnm fullnm fstname lstname namelast namefirst initials "
        "ptname ptnm patientname patientnm patname clientname membername subjectname participantname personname "
        "pname customername username displayname preferredname legalname callername employer employername "
        "mothername fathername spousename partnername guardianname childname kin nextofkin nok emergencycontact "
        "contactname physicianname doctorname providername therapistname clinicianname nursename "
        "prescribername referringname referringphysician referringprovider attendingname staffname coachname "
        "mothermaidenname mothersmaidenname insuredname subscribername signer signedby familydoctor"
    ),
    "record": (
        "mrn mrno mrnumber medrec medrecno medrecnum medrecnumber medicalrecord medicalrecordno medicalrecordnumber "
        "recordno recordnum recordnumber recordnr chartno chartnum chartnumber chartid emrid ehrid epicid emrno "
        "hospitalno hospitalnumber hospitalid hospno nhsno nhsnumber uhid mpi empi patientno patientnumber "
        "patientnum patno ptno csn encounterid encounterno encounternumber accession accessionno accessionnumber "
        "remsid remsno remsnumber rxno rxnumber prescriptionno prescriptionnumber casenumber caseno folderno"
    ),
    "ssn": (
        "ssn ssno ssnumber ssnbr socialsecurity socialsecurityno socialsecuritynumber socsec socsecno last4ssn "
        "lastfourssn taxid taxpayerid tin itin nino nationalid nationalinsurance nationalidno socialinsurance "
        "socialinsurancenumber"
    ),
    "phone": (
        "phone phoneno phonenumber phonenum telephone telephoneno tel telno telnumber telnr homephone workphone "
        "cellphone cellno cellnumber mobile mobileno mobilenumber mobilephone fax faxno faxnumber facsimile pager "
        "ph phonehome phonework phonecell whatsapp sms"
    ),
    "email": "email emailaddress emailaddr emailid mailaddress eaddress emailadr",
    "address": (
        "address addr adr adress street streetaddress streetname streetno streetnumber homeaddress mailingaddress "
        "addressline postaladdress apt apartment aptno residence residentialaddress pobox housenumber houseno"
    ),
    "place": (
        "city town cityname citycode citycd township village municipality county countyname countycode countyfips "
        "parish borough precinct district neighborhood neighbourhood suburb hometown birthplace placeofbirth "
        "birthcity censustract blockgroup censusblock geocode geoid latitude longitude lat lon lng latlong "
        "latlon gps coordinates coords metroarea msa cbsa fips"
    ),
    "zip": "zip zipcode zipcd zipplus postcode postalcode postal zcta postcd plz",
    "date": (
        "date dt dates datetime timestamp dttm dtm dob birthdate birthdt birthday dateofbirth bdate bday dod "
        "deathdate dateofdeath admitdate admissiondate dischargedate visitdate sessiondate servicedate dos apptdate "
        "appointmentdate startdate enddate monthyear yearmonth monyr yrmo createdat updatedat enteredat completedat"
    ),
    "month": (
        "birthmonth monthofbirth birthdaymonth dobmonth calendarmonth indexmonth admitmonth admissionmonth "
        "dischargemonth deathmonth birthweekday dayofweek weekday dow"
    ),
    "account": (
        "account acct accountno accountnumber accountnum acctno acctnum acctnumber accountid acctid iban bankaccount "
        "routingnumber creditcard cardno cardnumber debitcard invoiceno invoicenumber invoiceid billingid "
        "billingnumber claimid claimno claimnumber guarantorid"
    ),
    "plan": (
        "insuranceid insuranceno insurancenumber insid insno memberid memberno membernumber policyid policyno "
        "policynumber policynum subscriberid subscriberno subscribernumber subscriber beneficiaryid "
        "beneficiarynumber mbi hicn medicareid medicareno medicarenumber medicaidid medicaidno medicaidnumber "
        "planid planno plannumber healthcard healthcardnumber hcn healthplanid healthplannumber groupno groupnumber"
    ),
    "licence": (
        "license licence licenseno licensenumber licenceno licencenumber licenseid driverslicense driverlicense "
        "driverslicence driverlicence dln dlnumber dlno certificateno certificatenumber certificateid certno "
        "certnumber npi npinumber dea deano deanumber passport passportno passportnumber visanumber"
    ),
    "vehicle": (
        "vin vinnumber vehicle vehicleid vehicleno vehiclenumber licenseplate licenceplate platenumber plateno "
        "numberplate registrationplate carregistration"
    ),
    "device": (
        "deviceid deviceno devicenumber deviceserial serial serialno serialnumber serialnum imei imsi udi mac "
        "macaddress macaddr deviceidentifier implantserial pumpid pumpserial lotno lotnumber lotnum lot batchno "
        "batchnumber hardwareid phoneid"
    ),
    "url": (
        "url uri href weburl website webaddress webpage homepage webpageurl facebook instagram twitter linkedin "
        "tiktok socialmedia"
    ),
    "ip": "ip ipaddress ipaddr ipadr ipv4 ipv6 hostname hostaddress remoteaddr",
    "image": (
        "photo photos photograph photoid headshot selfie portrait faceimage facialimage facephoto picture "
        "fingerprint fingerprints thumbprint voiceprint voicerecording retina retinascan irisscan faceid "
        "biometric biometrics signature esignature tattoo birthmark"
    ),
    "text": (
        "note notes comment comments remark remarks narrative narratives freetext freeform memo verbatim "
        "clinicalnote clinicalnotes progressnote progressnotes notetext commenttext feedback testimonial "
        "otherspecify specify pleasespecify chiefcomplaint hpi journal diary quote"
    ),
    "age": "age ages ageyears agey ageyrs yearsold yrsold",
    "birth_year": "birthyear yearofbirth yob birthyr yrofbirth byear",
}  # fmt: skip
_KIND_OF: dict[str, str] = {phrase: kind for kind, phrases in _SYNONYMS.items() for phrase in phrases.split()}

# Columns with these words may hold who treated, referred or answered: less is needed to take a cell for a person.
_PEOPLE = (
    "name nm person patient pt client contact provider physician doctor clinician therapist nurse prescriber referrer "
    "referredby attending staff rater coach counselor counsellor guide sitter by who"
)
PEOPLE_WORDS = frozenset(_PEOPLE.split())
BARE_NAMES = frozenset({"name", "nm", "first", "last", "middle", "surname"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+|\d+")


def name_words(name: str) -> tuple[str, ...]:
    """The words of a column name, in lower case: ("pt", "last", "nm"), ("address", "2")."""
    return tuple(word.lower() for word in _WORD.findall(name if name.isascii() else without_accents(name)))


@lru_cache(maxsize=MOST_COLUMNS)
def kind_of_name(name: str) -> str | None:
    """Which kind of identifier a column of this name stands for; None for every other name.

    A bare "name" is a person's; with a word that says of what (drug_name, visit_name) it is not.
    """
    words = name_words(name)
    plain = tuple(word for word in words if not word.isdigit())
    if len(plain) == 1 and plain[0] in BARE_NAMES:
        return "name"
    return _longest_known(words) or _longest_known(plain)


def _longest_known(words: tuple[str, ...]) -> str | None:
    runs = sorted(
        ((stop - start, start, "".join(words[start:stop]))
         for start in range(len(words))
         for stop in range(start + 1, min(start + LONGEST_RUN, len(words)) + 1)),
        reverse=True,
    )  # fmt: skip
    return next((_KIND_OF[run] for _, _, run in runs if run in _KIND_OF), None)


def names_people(name: str) -> bool:
    """Whether a column may well hold people by its name (referred_by, therapist), though it need not."""
    return bool(PEOPLE_WORDS & set(name_words(name)))
