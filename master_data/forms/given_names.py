"""Given names that are names of their own: Marta is no misspelt Maria, Julian no misspelt Julia.

Spellings of one name stand together; those of another are other people's.
"""

_NAMES = """
aaron; adam; adele adela; adrian; adriana; agnes agnieszka ines; aisha; alan allan allen; alba;
alberto; alejandro; alejandra; aleksander; alfonso; alfredo; alice alicia alyssa; alina; alison;
alvaro; amelia; amir; amy aimee; ana ann anna anne anya; andre; andrea; andreas; andrew andy;
andrzej; angel; angela; angelo; anita; annette; anthony antony tony; anton; antonia; antonio;
arne; arthur artur arturo; astrid; axel; barbara; beatrice beatriz; benedict; benjamin ben;
bernard; bernadette; bianca; birgit; bjorn; boris; brenda; brian bryan; bridget brigitte; bruno;
camila; camille; carla karla; carlo; carlos; carmen; carol; carolina; caroline karoline; catherine
katherine katarzyna katharina caterina; cecilia; celine; charles karl carl; charlotte; chloe;
christian; christina kristina christine; clara klara; claire clare; claude; claudia; claudio;
clemens; clement; colin; connor; craig; cristian; cristina; daniel; daniela; danielle; dario;
daria; david dawid; dean; denis dennis; denise; diana; diane; diego; dieter; dimitri dmitri;
dominic dominik; dominique; donald; donna; doris; douglas; duncan; dylan; edgar; edith; eduardo
edward; elaine; elena; eleanor; elias; elisa; elizabeth elisabeth; ella; ellen; elsa; emil;
emilia; emilio; emily emilie; emma; eric erik; erika erica; ernest ernesto; estelle; esther;
ethan; eugene; eva; evan; eve; evelyn; fabian; fabio; fatima; federico; felipe; felix; fernanda;
fernando; fiona; florian; frances; francesca; francesco; francis; francisca; francisco; franz;
freya; frida; gabriel; gabriela; gabrielle; gavin; geoffrey; george; georgia; gerald; gerard;
gianni; gina; giorgia; giorgio; giovanna; giovanni; giulia; giulio; gloria; gordon; grace; graham;
greta; gustav; hanna hannah; hans; harald; harold; harriet; heather; heidi; helen helene; helena;
henrik; henry henri; hilda; hiroshi; hugo; ian; ida; ignacio; igor; ingrid; irene; irina; irma;
isaac; isabel isabelle; ivan; ivana; jack; jacob jakub; jacqueline; jan; jana; jane; janet;
janina; jasmin yasmin; javier; jean; jeanne; jennifer; jerome; jessica; joan; joana joanna
johanna; joanne; joel; johann johannes; john jon; jonas; jonathan; jordan; jorge; jose; josef
joseph; josefina josephine; joyce; juan; juana; judith; julia; julian; juliana; julie; juliet
juliette; julio; june; jurgen; justin; justine; kai; karen; karin; karina; kate; kathleen; keith;
kevin; kim; klaus; konrad; krystyna; lara; lars; laura; lauren; laurent; lea leah; lena; leo;
leon; leonard; leonie; leonora; leslie; liam; lidia lydia; lily; lina; linda; lisa; lorena;
lorenzo; louis luis; louisa luisa; louise; luca; lucas lukas; lucia; luciana; luciano; lucy lucie;
luigi; luke; magdalena; manuel; manuela; marc mark; marcel; marcela; marcin; marco marko; marcus
markus; margaret margareta; maria marie; mariana; marianne; marina; mario; marion; marisa; marius;
marta martha; martin; martina; mary; mateo; mathilde matilda; matteo; matthew; matthias; maurice;
max; maximilian; maya maja; megan; melanie; melissa; mercedes; mia; michael; michaela; michal;
michel; michele; michelle; miguel; mila; milan; milena; mina; miriam; monica monika; morgan;
nadia; nadine; natalia; natalie; nathan; neil; nicholas nikolas; nicola; nicole; nikolai; nils;
nina; noah; noel; nora; norbert; norma; norman; olaf; olga; oliver; olivia; oscar oskar; otto;
owen; pablo; pamela; paola; paolo; patrice; patricia; patrick; patrik; paul; paula; pauline;
pavel; pedro; peggy; peter; petra; philip phillip; philippa; pia; pierre; piotr; rachel; rafael
raphael; rainer; ralf ralph; ramon; ramona; raul; rebecca; regina; rene; renata; renate; renee;
ricardo; richard; rita; robert; roberta; roberto; robin; rodrigo; roger; roland; rolf; romain;
roman; romina; ronald; rosa; rosalie; rosemary; rowan; ruben; rudolf; rupert; russell; ruth; ryan;
sabina sabine; sabrina; salvador; samantha; samuel; sandra; sandro; sara sarah; sebastian; selina;
serena; sergei sergey; sergio; sharon; sheila; shirley; silvia sylvia; silvio; simon; simona;
simone; sofia sophia sophie; sonia sonja; sonya; stefan stephan; stefania; stefanie stephanie;
stella; stephen steven; stuart; susan; susanna; susanne; suzanne; svetlana; sven; tamara; tania
tanja tanya; tatiana; teresa theresa; thea; theo; theodora; theodore; thomas tomas tomasz; tim;
tina; tobias; tom; trevor; ulrich; ulrike; ursula; valentin; valentina; valeria; valerie; vanessa;
vera; veronica veronika; victor viktor; victoria viktoria; vincent; viola; violet; virginia;
vivian; vladimir; walter; wanda; wayne; wendy; werner; wilhelm; william; wolfgang; xavier;
yolanda; yves; yvette; yvonne; zara; zoe
"""
_NAMED: dict[str, set[int]] = {}
for _number, _spellings in enumerate(" ".join(_NAMES.split()).split(";")):
    for _name in _spellings.split():
        _NAMED.setdefault(_name, set()).add(_number)


def two_names(given: str, other: str) -> bool:
    """Say whether both are known names and none is a spelling of the other."""
    ours, theirs = _NAMED.get(given), _NAMED.get(other)
    return bool(ours and theirs and given != other and not ours & theirs)
